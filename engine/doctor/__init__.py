"""What is wrong with an installation: facts gathered, and checks over them."""
