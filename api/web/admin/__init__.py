"""Pages for administrators: each sees and does what his office lets him, judged by the services."""
