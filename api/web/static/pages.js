// Small comforts; every page works without them.
(function () {
  'use strict';
  document.documentElement.className += ' scripted';

  function each(selector, act) {
    Array.prototype.forEach.call(document.querySelectorAll(selector), act);
  }

  document.addEventListener('DOMContentLoaded', function () {
    // A password can be shown while it is typed.
    each('[data-reveal]', function (button) {
      button.addEventListener('click', function () {
        var input = document.getElementById(button.getAttribute('data-reveal'));
        var shown = input.type === 'text';
        input.type = shown ? 'password' : 'text';
        button.setAttribute('aria-pressed', String(!shown));
      });
    });
    // What must be mended is read first.
    each('[data-focus]', function (found) { found.focus(); });
    // On a phone what is seldom needed is folded away.
    each('details[data-fold]', function (found) { if (window.innerWidth < 992) { found.open = false; } });
    // A print button.
    each('[data-print]', function (button) {
      button.addEventListener('click', function () { window.print(); });
    });
    // Back to where one came from, if that was here.
    each('[data-back]', function (link) {
      link.addEventListener('click', function (event) {
        if (document.referrer.indexOf(location.origin + '/') === 0 && history.length > 1) {
          event.preventDefault();
          history.back();
        }
      });
    });
    // A filter takes effect when it is chosen.
    each('form[data-auto]', function (form) {
      form.addEventListener('change', function (event) {
        if (event.target.tagName === 'SELECT') { form.submit(); }
      });
    });
  });

  // A second press while the first is under way sends nothing; the server takes effect once anyhow.
  document.addEventListener('submit', function (event) {
    var form = event.target;
    if (form.method !== 'post') { return; }
    if (form.hasAttribute('data-sent')) { event.preventDefault(); return; }
    form.setAttribute('data-sent', '');
    var button = event.submitter || form.querySelector('button:not([type=button])');
    if (button) { button.setAttribute('aria-busy', 'true'); }
    window.setTimeout(function () {
      form.removeAttribute('data-sent');
      if (button) { button.removeAttribute('aria-busy'); }
    }, 8000);
  });
  // Coming back by the browser's button, the form may be sent again. One whose act is done by now comes back empty:
  // filled in as it was, it would look as if it had not been sent.
  window.addEventListener('pageshow', function () {
    each('form[data-sent]', function (form) { form.removeAttribute('data-sent'); });
    var done = /[?&]done=([a-z_]+)/.exec(location.search);
    try {
      if (done) { window.sessionStorage.setItem('mq-done', location.pathname + '/do/' + done[1]); }
      else if (cameBack() && window.sessionStorage.getItem('mq-done') === location.pathname) {
        each('main form', function (form) { form.reset(); });
      }
    } catch (forbidden) { return; }
  });
  function cameBack() {
    var found = window.performance && performance.getEntriesByType && performance.getEntriesByType('navigation')[0];
    return !!found && found.type === 'back_forward';
  }
}());
