// The hall: keys, cases without waiting for the network, and no decision lost when it fails.
// Without this file every step is a link or a form.
(function () {
  'use strict';
  var strip = document.getElementById('hall-strip');
  var pages = {};          // address -> {html, title} of cases that may be shown without a network
  var filling = false, flushing = false, busy = false;
  var told = 0;            // until when the strip says that all was recorded
  var PATIENCE = 8000;     // ms until a request counts as lost
  var AGAIN = 6000;        // ms between tries

  function view() { return document.querySelector('[data-hall]'); }
  function meeting() { var found = view(); return found ? found.getAttribute('data-meeting') : ''; }
  function is(kind) { var found = view(); return !!found && found.getAttribute('data-hall') === kind; }
  function each(list, act) { Array.prototype.forEach.call(list, act); }
  function one(selector) { var found = view(); return found ? found.querySelector(selector) : null; }

  // --- what is kept in this browser: decisions until the server has them, and what is half typed ---
  function box() { return 'mq-hall-' + document.body.getAttribute('data-me') + '-' + meeting(); }
  function kept() {
    try { return JSON.parse(window.localStorage.getItem(box()) || '[]'); } catch (error) { return []; }
  }
  function keep(entries) {
    try {
      if (entries.length) { window.localStorage.setItem(box(), JSON.stringify(entries)); }
      else { window.localStorage.removeItem(box()); }
    } catch (error) { /* a full or forbidden store: the page still shows what was typed */ }
  }
  function entryOf(ident) { return kept().filter(function (entry) { return entry.ident === ident; })[0]; }
  function put(entry) {
    var before = entryOf(entry.ident);
    if (before) { entry.fields = withField(entry.fields, 'seen', valueOf(before.fields, 'seen')); }
    keep(kept().filter(function (found) { return found.ident !== entry.ident; }).concat([entry]));
  }
  function drop(ident) { keep(kept().filter(function (entry) { return entry.ident !== ident; })); }
  function waiting() { return kept().filter(function (entry) { return entry.state === 'waiting'; }); }
  function refused() { return kept().filter(function (entry) { return entry.state === 'refused'; }); }

  function valueOf(fields, name) {
    var found = fields.filter(function (field) { return field[0] === name; })[0];
    return found ? found[1] : '';
  }
  function withField(fields, name, value) {
    return fields.map(function (field) { return field[0] === name ? [name, value] : field; });
  }
  function fieldsOf(form) {
    var found = [];
    each(form.elements, function (control) {
      if (!control.name || control.disabled || control.type === 'file') { return; }
      if ((control.type === 'radio' || control.type === 'checkbox') && !control.checked) { return; }
      if (control.type === 'select-multiple') {
        each(control.selectedOptions, function (option) { found.push([control.name, option.value]); });
        return;
      }
      found.push([control.name, control.value]);
    });
    return found;
  }
  function fill(form, fields) {
    each(form.elements, function (control) {
      if (!control.name || control.type === 'hidden' || control.type === 'file') { return; }
      var given = fields.filter(function (field) { return field[0] === control.name; })
        .map(function (field) { return field[1]; });
      if (control.type === 'radio' || control.type === 'checkbox') {
        control.checked = given.indexOf(control.value) >= 0;
      } else if (control.type === 'select-multiple') {
        each(control.options, function (option) { option.selected = given.indexOf(option.value) >= 0; });
      } else if (given.length) { control.value = given[0]; }
    });
    shorten(form);
  }

  // --- the strip says what waits ---
  function tell(kind, number) {
    if (!strip) { return; }
    strip.textContent = '';
    strip.hidden = !kind;
    if (!kind) { return; }
    strip.className = 'mq-strip ' + (kind === 'done' ? 'ok' : 'over');
    var words = document.createElement('span');
    words.textContent = strip.getAttribute('data-' + kind).replace('{n}', number);
    strip.appendChild(words);
    if (kind === 'refused') { strip.appendChild(link(refused()[0].action, strip.getAttribute('data-open'))); }
    if (kind === 'signin') { strip.appendChild(link('/sign-in?to=' + encodeURIComponent(location.pathname), strip.getAttribute('data-login'))); }
  }
  function link(to, words) {
    var found = document.createElement('a');
    found.href = to; found.textContent = words;
    return found;
  }
  function report() {
    if (waiting().length) { tell('waiting', waiting().length); }
    else if (refused().length) { tell('refused', refused().length); }
    else if (Date.now() > told) { tell(''); }
  }

  // --- pages ---
  function ask(url, options) {
    var stop = window.AbortController ? new AbortController() : null;
    var timer = window.setTimeout(function () { if (stop) { stop.abort(); } }, PATIENCE);
    options = options || {};
    options.credentials = 'same-origin';
    if (stop) { options.signal = stop.signal; }
    return window.fetch(url, options).then(function (answer) {
      return answer.text().then(function (html) {
        window.clearTimeout(timer);
        return { status: answer.status, ok: answer.ok, url: answer.url, html: html };
      });
    }, function (error) { window.clearTimeout(timer); throw error; });
  }
  function parsed(html) { return new DOMParser().parseFromString(html, 'text/html'); }
  function path(url) { return url.replace(location.origin, '').split('#')[0]; }

  function show(url, html, push) {
    var fresh = parsed(html), main = fresh.getElementById('main'), bar = fresh.querySelector('.hall-top');
    if (!main || !bar || !fresh.querySelector('[data-hall]')) { location.assign(url); return; }
    document.getElementById('main').innerHTML = main.innerHTML;
    document.querySelector('.hall-top').innerHTML = bar.innerHTML;
    document.title = fresh.title;
    if (push && path(url) !== path(location.href)) { history.pushState({}, '', url); }
    window.scrollTo(0, 0);
    ready();
  }
  function go(url) {
    if (busy) { return; }
    var there = path(url), cached = pages[there];
    if (!navigator.onLine && cached) { show(there, cached, true); return; }
    busy = true;
    ask(url).then(function (answer) {
      busy = false;
      if (answer.status >= 500 && cached) { show(there, cached, true); return; }
      if (answer.ok && /\/items\/\d+$/.test(path(answer.url))) { pages[path(answer.url)] = answer.html; }
      show(answer.url, answer.html, true);
    }, function () {
      busy = false;
      if (cached) { show(there, cached, true); report(); } else { tell('offline'); }
    });
  }
  // All cases of the agenda are fetched while there is a network.
  function fillPages() {
    var all = (view().getAttribute('data-all') || '').split(' ').filter(Boolean);
    if (filling || !all.length || !window.fetch) { return; }
    filling = true;
    var base = location.pathname.replace(/\/items\/\d+.*$/, '') + '/items/';
    pages[path(location.href).split('?')[0]] = pages[path(location.href).split('?')[0]] || document.documentElement.outerHTML;
    all.map(function (number) { return base + number; }).reduce(function (before, url) {
      return before.then(function () {
        if (pages[url]) { return null; }
        return ask(url).then(function (answer) { if (answer.ok) { pages[url] = answer.html; } }, function () { return null; });
      });
    }, Promise.resolve()).then(function () { filling = false; });
  }
  function token() {
    var found = document.querySelector('input[name=token]');
    return found ? found.value : '';
  }
  function send(entry) {
    var body = withField(entry.fields, 'token', token() || valueOf(entry.fields, 'token'));
    var text = body.map(function (field) {
      return encodeURIComponent(field[0]) + '=' + encodeURIComponent(field[1]);
    }).join('&');
    return ask(entry.action, { method: 'POST', body: text, headers: { 'Content-Type': 'application/x-www-form-urlencoded' } });
  }

  // --- recording ---
  function record(form) {
    var entry = {
      ident: valueOf(fieldsOf(form), 'case'), action: form.getAttribute('action'), fields: fieldsOf(form),
      title: form.getAttribute('aria-label'), number: Number(view().getAttribute('data-number')), state: 'waiting'
    };
    put(entry);
    entry = entryOf(entry.ident);
    busy = true;
    send(entry).then(function (answer) {
      busy = false;
      answered(entry, answer, true);
    }, function () {
      busy = false;
      report();
      onward(entry.number);
    });
  }
  // What the server said to a decision; `shown`: the page waits for it.
  function answered(entry, answer, shown) {
    if (answer.status >= 500 || answer.status === 429) {
      report();
      if (shown) { onward(entry.number); }
      return 'later';
    }
    var fresh = parsed(answer.html);
    if (answer.ok && fresh.querySelector('[data-hall]')) {
      drop(entry.ident);
      delete pages[entry.action];
      if (/\/items\/\d+$/.test(path(answer.url))) { pages[path(answer.url)] = answer.html; }
      if (shown) { show(answer.url, answer.html, true); }
      report();
      return 'done';
    }
    if (!fresh.querySelector('[data-hall]') && (answer.status === 401 || answer.status === 403)) {
      tell('signin', waiting().length);
      return 'later';
    }
    entry.state = 'refused';
    keep(kept().map(function (found) { return found.ident === entry.ident ? entry : found; }));
    if (shown && fresh.querySelector('[data-hall]')) {
      drop(entry.ident);  // it stands on the screen, as it was typed
      show(entry.action, answer.html, false);
    } else if (shown) { location.assign(entry.action); }
    report();
    return 'refused';
  }
  // The next case whose decision is not in hand, without asking the server.
  function onward(number) {
    var base = location.pathname.replace(/\/items\/\d+.*$/, '') + '/items/';
    var all = (view().getAttribute('data-all') || '').split(' ').filter(Boolean).map(Number);
    var after = all.filter(function (each) { return each > number; }).concat(all.filter(function (each) { return each < number; }));
    var next = after.filter(function (each) { return pages[base + each] && !isDecided(base + each); })[0];
    if (next) { show(base + next, pages[base + next], true); } else { ready(); }
  }
  function isDecided(url) {
    var fresh = parsed(pages[url]), found = fresh.querySelector('[data-hall]');
    return !!fresh.querySelector('[data-decided]') || !!entryOf(found.getAttribute('data-case'));
  }
  // Send what waits, one after the other; what is refused is shown to be looked at.
  function flush() {
    var todo = waiting();
    if (flushing || busy || !todo.length) { return; }
    flushing = true;
    var sent = 0, stopped = false;
    todo.reduce(function (before, entry) {
      return before.then(function () {
        if (stopped) { return null; }
        return send(entry).then(function (answer) {
          var became = answered(entry, answer, false);
          if (became === 'done') { sent += 1; }
          if (became === 'later') { stopped = true; }
        }, function () { stopped = true; });
      });
    }, Promise.resolve()).then(function () {
      flushing = false;
      if (!sent) { return; }
      if (!waiting().length && !refused().length) { told = Date.now() + AGAIN; tell('done', sent); }
      if (is('item') && !one('.hall-form:not([hidden])')) { refresh(); }
      else if (is('closing') || is('agenda')) { refresh(); }
    });
  }
  function refresh() {
    var url = path(location.href);
    ask(url).then(function (answer) { if (answer.ok) { show(answer.url, answer.html, false); } }, function () { return null; });
  }

  // --- the screen of one case ---
  function choose(trigger, focus) {
    each(document.querySelectorAll('.hall-form'), function (form) {
      form.hidden = form.getAttribute('data-decision') !== trigger;
    });
    each(document.querySelectorAll('[data-choose]'), function (key) {
      if (key.getAttribute('data-choose') === trigger) { key.setAttribute('aria-current', 'true'); }
      else { key.removeAttribute('aria-current'); }
    });
    var form = trigger ? document.getElementById('d-' + trigger) : null, button = one('[data-record]');
    if (button) {
      if (form) { button.setAttribute('form', form.id); button.setAttribute('type', 'submit'); button.removeAttribute('aria-disabled'); }
      else { button.removeAttribute('form'); button.setAttribute('type', 'button'); }
      var decided = one('[data-decided]') || entryOf(view().getAttribute('data-case'));
      button.textContent = button.getAttribute(form ? 'data-ready' : decided ? 'data-next' : 'data-wait');
      if (!form && !decided) { button.setAttribute('aria-disabled', 'true'); }
      else { button.removeAttribute('aria-disabled'); }
    }
    if (form) { shorten(form); if (focus) { start(form); } }
  }
  // The first thing that is not yet filled in.
  function start(form) {
    var groups = {}, first = null;
    each(form.elements, function (control) {
      if (first || !control.name || control.type === 'hidden' || /\.other$/.test(control.name)) { return; }
      if (control.type === 'radio') {
        if (groups[control.name] === undefined) {
          groups[control.name] = !!form.querySelector('input[name="' + control.name + '"]:checked');
          if (!groups[control.name]) { first = control; }
        }
      } else if (control.type === 'checkbox' ? !control.checked : !control.value) { first = control; }
    });
    if (first) { first.focus(); if (form.scrollIntoView) { form.scrollIntoView({ block: 'nearest' }); } }
  }
  // Of the proposed dates only the chosen one is explained; what stands beside `other` is shown once that is chosen.
  function shorten(form) {
    each(form.querySelectorAll('.other'), function (beside) {
      var other = form.querySelector('input[name="' + beside.name.replace(/\.other$/, '') + '"][value=other]');
      beside.hidden = !!other && !other.checked;
    });
    each(form.querySelectorAll('input[data-said]'), function (input) {
      document.getElementById(input.getAttribute('data-said')).hidden = !input.checked;
    });
  }
  function overlay() {
    var entry = entryOf(view().getAttribute('data-case')), note = one('[data-kept]');
    if (!entry || !note) { return; }
    note.hidden = false;
    note.textContent = strip.getAttribute('data-kept') + entry.title;
    var form = document.getElementById('d-' + valueOf(entry.fields, 'trigger'));
    if (form) { fill(form, entry.fields); if (entry.state === 'refused') { choose(form.getAttribute('data-decision'), false); } }
  }
  function ready() {
    if (!view()) { return; }
    if (is('closed')) { window.localStorage.removeItem(box()); return; }
    each(document.querySelectorAll('[data-focus]'), function (found) { found.focus(); });
    if (is('item')) {
      var opened = one('.hall-form:not([hidden])');
      overlay();
      if (opened) { choose(opened.getAttribute('data-decision'), !one('[data-focus]')); }
      else if (!one('.hall-form:not([hidden])')) { choose('', false); }
      fillPages();
    }
    report();
  }

  document.addEventListener('DOMContentLoaded', function () {
    ready();
    flush();
    window.setInterval(flush, AGAIN);
  });
  window.addEventListener('online', flush);
  window.addEventListener('popstate', function () { if (is('item')) { go(location.href); } else { location.reload(); } });

  document.addEventListener('submit', function (event) {
    var form = event.target;
    if (event.defaultPrevented || !window.fetch || !form.closest) { return; }
    if (form.hasAttribute('data-decision')) {
      event.preventDefault();
      if (!busy) { record(form); }
    } else if (form.classList.contains('hall-undo')) { takeBack(event, form); }
    else if (one('[data-close]') && form.contains(one('[data-close]')) && waiting().length) {
      event.preventDefault();
      tell('first');
      flush();
    }
  });
  // What only this browser has is taken back here.
  function takeBack(event, form) {
    var ident = form.querySelector('input[name=case]').value;
    if (!entryOf(ident)) { delete pages[form.getAttribute('action').replace(/\/undo$/, '')]; return; }
    event.preventDefault();
    drop(ident);
    report();
    go(form.getAttribute('action').replace(/\/undo$/, ''));
  }
  document.addEventListener('change', function (event) {
    var control = event.target, form = control.closest ? control.closest('.hall-form') : null;
    if (!form) { return; }
    if (/\.other$/.test(control.name) && control.value) {
      var other = form.querySelector('input[name="' + control.name.replace(/\.other$/, '') + '"][value=other]');
      if (other) { other.checked = true; }
    }
    if (control.type === 'radio' && control.value === 'other') {
      var beside = form.querySelector('[name="' + control.name + '.other"]');
      if (beside) { beside.focus(); }
    }
    shorten(form);
  });
  document.addEventListener('click', function (event) {
    var found = event.target.closest ? event.target.closest('a, button') : null;
    if (!found || !view() || event.ctrlKey || event.metaKey || event.shiftKey || event.button) { return; }
    if (found.hasAttribute('data-choose')) {
      event.preventDefault();
      choose(found.getAttribute('data-choose'), true);
    } else if (found.hasAttribute('data-record') && found.getAttribute('type') === 'button') {
      event.preventDefault();
      if (found.getAttribute('aria-disabled') !== 'true') { press('N'); }
    } else if (is('item') && found.hasAttribute('data-go') && found.href && /\/items\/\d+$/.test(found.href)) {
      event.preventDefault();
      go(found.href);
    }
  });

  // --- keys ---
  function press(name) {
    var last = kept().slice(-1)[0];
    if (name === 'U' && last && last.state === 'waiting') {
      drop(last.ident);
      report();
      go(last.action);
      return;
    }
    var found = one('[data-go="' + name + '"]');
    if (found) { found.click(); }
  }
  function writing(target) {
    return target.tagName === 'TEXTAREA' || target.tagName === 'SELECT' ||
      (target.tagName === 'INPUT' && ['radio', 'checkbox'].indexOf(target.type) < 0);
  }
  document.addEventListener('keydown', function (event) {
    if (!view() || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) { return; }
    var target = event.target, name = event.key;
    if (name === 'Escape') { escape(target); event.preventDefault(); return; }
    if (name === 'Enter') { enter(event, target); return; }
    if (writing(target) || !is('item')) { return; }
    if (/^[0-9]$/.test(name)) {
      var key = one('[data-key="' + name + '"]');
      if (key && key.hasAttribute('data-choose')) { choose(key.getAttribute('data-choose'), true); event.preventDefault(); }
      else if (key) { key.focus(); event.preventDefault(); }
      return;
    }
    var way = { n: 'N', N: 'N', p: 'P', P: 'P', u: 'U', U: 'U' }[name];
    if (!way && target.tagName !== 'INPUT') { way = { ArrowRight: 'N', ArrowLeft: 'P' }[name]; }
    if (way) { press(way); event.preventDefault(); }
  });
  function escape(target) {
    if (writing(target)) { target.blur(); return; }
    if (is('item') && one('.hall-form:not([hidden])')) { choose('', false); document.getElementById('main').focus(); return; }
    var back = document.querySelector('.hall-back');
    if (back) { back.click(); }
  }
  function enter(event, target) {
    if (target.tagName === 'A' || target.tagName === 'BUTTON' || target.tagName === 'SUMMARY') { return; }
    if (target.tagName === 'TEXTAREA' && event.shiftKey) { return; }
    var form = one('.hall-form:not([hidden])');
    if (is('item') && form) {
      event.preventDefault();
      if (form.requestSubmit) { form.requestSubmit(); } else { one('[data-record]').click(); }
      return;
    }
    var main = one('[data-main]') || one('[data-record]');
    if (main && !writing(target)) { event.preventDefault(); main.click(); }
  }
}());
