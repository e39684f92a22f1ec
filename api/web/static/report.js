// Reporting by voice, and keeping what could not be sent; every page works without this.
(function () {
  'use strict';
  var LIMIT_TAP = 600, RETRY = 'mq-reports';

  function all(selector, root) { return Array.prototype.slice.call((root || document).querySelectorAll(selector)); }
  function one(selector, root) { return (root || document).querySelector(selector); }

  // --- what waits in this browser: one entry a form, by its key ------------------------------------------------------
  function store(mode, act) {
    return new Promise(function (done, failed) {
      if (!window.indexedDB) { failed(new Error('no indexedDB')); return; }
      var asked = indexedDB.open(RETRY, 1);
      asked.onupgradeneeded = function () { asked.result.createObjectStore('reports', { keyPath: 'once' }); };
      asked.onerror = function () { failed(asked.error); };
      asked.onsuccess = function () {
        var base = asked.result, run = base.transaction('reports', mode), found = act(run.objectStore('reports'));
        run.oncomplete = function () { base.close(); done(found && found.result); };
        run.onerror = run.onabort = function () { base.close(); failed(run.error); };
      };
    });
  }
  // What only the discipline office may read is never written down here; anything else is forgotten after a week.
  var WEEK = 7 * 24 * 3600 * 1000;
  function keep(entry) {
    if (entry.sealed) { return Promise.resolve(); }
    return store('readwrite', function (at) { return at.put(entry); });
  }
  function isOld(entry) { return !entry.at || Date.now() - entry.at > WEEK; }
  function forget(once) { return store('readwrite', function (at) { return at.delete(once); }); }
  function kept() { return store('readonly', function (at) { return at.getAll(); }); }

  function entryOf(form, extra) {
    var parts = [];
    new FormData(form).forEach(function (value, name) {
      if (name !== 'token' && (typeof value === 'string' || value.size)) { parts.push([name, value]); }
    });
    (extra || []).forEach(function (part) { parts.push(part); });
    return { once: form.elements.once.value, action: form.getAttribute('action'), login: login(), parts: parts,
             sealed: form.hasAttribute('data-sealed'), at: Date.now() };
  }
  function login() {
    var strip = one('#mq-waiting');
    return strip ? strip.getAttribute('data-login') : '';
  }

  // Answers 'sent' (and goes there), 'shown' (the page says what is wrong), 'sign-in' or 'no-network'.
  function deliver(entry, token) {
    var body = new FormData();
    body.append('token', token);
    entry.parts.forEach(function (part) {
      if (typeof part[1] === 'string') { body.append(part[0], part[1]); }
      else { body.append(part[0], part[1], part[1].name || 'voice'); }
    });
    return fetch(entry.action, { method: 'POST', body: body, credentials: 'same-origin' }).then(function (answer) {
      if (answer.redirected && answer.ok) { return { how: 'sent', to: answer.url }; }
      if (answer.status === 401 || answer.redirected) { return { how: 'sign-in' }; }
      if (answer.status >= 500) { return { how: 'no-network' }; }
      return answer.text().then(function (text) { return { how: 'shown', text: text }; });
    }, function () { return { how: 'no-network' }; });
  }

  function send(form, extra, hint, told) {
    var entry = entryOf(form, extra);
    var token = form.elements.token.value;
    return keep(entry).then(null, function () {}).then(function () { return deliver(entry, token); }).then(function (out) {
      if (out.how === 'sent') {
        return forget(entry.once).then(null, function () {}).then(function () { location.assign(out.to); return out.how; });
      }
      if (out.how === 'shown') {
        return forget(entry.once).then(null, function () {}).then(function () { swap(out.text); return out.how; });
      }
      addClient(entry);
      hint.textContent = entry.sealed ? form.getAttribute('data-sealed') : out.how === 'sign-in' ? told.again : told.kept;
      waiting();
      return out.how;
    });
  }
  // What is sent later says when it was stored: one of the three times of an event.
  function addClient(entry) {
    if (!entry.parts.some(function (part) { return part[0] === 'client_at'; })) {
      entry.parts.push(['client_at', new Date().toISOString()]);
    }
    return keep(entry).then(null, function () {});
  }

  function swap(text) {
    var found = new DOMParser().parseFromString(text, 'text/html').querySelector('main');
    if (!found) { return; }
    var main = one('main');
    main.replaceWith(document.importNode(found, true));
    begin();
    var first = one('[data-focus]');
    if (first) { first.focus(); }
    window.scrollTo(0, 0);
  }

  function waiting() {
    var strip = one('#mq-waiting');
    if (!strip) { return; }
    kept().then(function (entries) {
      entries.filter(isOld).forEach(function (entry) { forget(entry.once); });
      var mine = entries.filter(function (entry) { return entry.login === login() && !isOld(entry); });
      strip.hidden = !mine.length;
      one('.count', strip).textContent = String(mine.length);
      strip.entries = mine;
    }, function () {});
  }
  function flush(strip) {
    var entries = strip.entries || [], to = null;
    return entries.reduce(function (before, entry) {
      return before.then(function () { return deliver(entry, one('input[name=token]', strip).value); }).then(function (out) {
        if (out.how === 'sent') { to = out.to; return forget(entry.once); }
        if (out.how === 'shown') { swap(out.text); return forget(entry.once); }
        return null;
      });
    }, Promise.resolve()).then(function () {
      if (to && entries.length === 1) { location.assign(to); } else { waiting(); }
    });
  }

  // --- voice ---------------------------------------------------------------------------------------------------------
  function kind() {
    var kinds = ['audio/webm;codecs=opus', 'audio/mp4', 'audio/ogg;codecs=opus', 'audio/webm'];
    return kinds.filter(function (each) { return MediaRecorder.isTypeSupported(each); })[0];
  }
  function canTalk() {
    return !!(window.MediaRecorder && navigator.mediaDevices && navigator.mediaDevices.getUserMedia &&
              window.fetch && window.FormData && FormData.prototype.forEach && kind());
  }

  function talk(box, form) {
    var button = one('.mq-talk', box), words = one('.words', box), hint = one('.mq-talkhint', box);
    var idle = words.textContent, recorder = null, chunks = [], pressed = 0, held = false, ticking = 0, began = 0, starting = false, wanted = true;
    var told = { kept: box.getAttribute('data-kept'), again: box.getAttribute('data-again') };
    function attr(name) { return box.getAttribute('data-' + name); }
    function show() {
      var seconds = Math.floor((Date.now() - began) / 1000);
      words.textContent = seconds + ' ' + attr('seconds');
      if (seconds >= Number(attr('limit'))) { stop(); }
    }
    function start() {
      if (recorder || starting) { return; }
      starting = true; wanted = true;
      navigator.mediaDevices.getUserMedia({ audio: true }).then(function (stream) {
        starting = false;
        recorder = new MediaRecorder(stream, { mimeType: kind(), audioBitsPerSecond: 24000 });
        chunks = [];
        recorder.ondataavailable = function (event) { if (event.data.size) { chunks.push(event.data); } };
        recorder.onstop = function () {
          stream.getTracks().forEach(function (track) { track.stop(); });
          finished();
        };
        recorder.start(1000);
        began = Date.now();
        ticking = window.setInterval(show, 200);
        button.className = 'mq-talk on';
        button.setAttribute('aria-pressed', 'true');
        hint.textContent = held ? attr('hold') : attr('tap');
        show();
        if (!wanted) { hint.textContent = attr('tap'); }
      }, function () {
        // No microphone is allowed: the other ways are shown.
        starting = false;
        box.hidden = true;
        others(form, true);
      });
    }
    function stop() {
      if (!recorder || recorder.state === 'inactive') { return; }
      window.clearInterval(ticking);
      recorder.stop();
    }
    function finished() {
      var type = recorder.mimeType.split(';')[0], ending = { 'audio/mp4': 'm4a', 'audio/ogg': 'ogg' }[type] || 'webm';
      var blob = new Blob(chunks, { type: type });
      recorder = null;
      button.className = 'mq-talk';
      button.setAttribute('aria-pressed', 'false');
      words.textContent = attr('sending');
      hint.textContent = '';
      blob.name = 'voice.' + ending;
      send(form, [['d.files', new File([blob], 'voice.' + ending, { type: type })]], hint, told).then(function (how) {
        if (how !== 'sent') { words.textContent = idle; }
      });
    }
    button.addEventListener('pointerdown', function (event) {
      if (event.button) { return; }
      event.preventDefault();
      if (recorder) { pressed = 0; stop(); return; }
      pressed = Date.now(); held = true;
      if (button.setPointerCapture) { button.setPointerCapture(event.pointerId); }
      start();
    });
    function released() {
      if (!pressed) { return; }
      var long = Date.now() - pressed >= LIMIT_TAP;
      pressed = 0; held = false;
      if (recorder && long) { stop(); } else { hint.textContent = attr('tap'); wanted = false; }
    }
    button.addEventListener('pointerup', released);
    button.addEventListener('pointercancel', released);
    button.addEventListener('contextmenu', function (event) { event.preventDefault(); });
    // The keyboard: one press begins, the next sends.
    button.addEventListener('keydown', function (event) {
      if (event.key !== 'Enter' && event.key !== ' ') { return; }
      event.preventDefault();
      if (event.repeat) { return; }
      if (recorder) { stop(); } else { held = false; start(); }
    });
    // An interrupted recording is sent or kept, not lost.
    window.addEventListener('pagehide', stop);
  }

  function others(form, shown) {
    all('[data-typed]', form).forEach(function (each) { each.hidden = !shown; });
    var buttons = one('[data-other]', form);
    if (buttons) { buttons.hidden = shown; }
  }

  function begin() {
    all('form[data-report]').forEach(function (form) {
      var box = one('[data-talk]', form), hint = one('.mq-talkhint', form);
      form.addEventListener('submit', function (event) {
        if (!window.fetch || !FormData.prototype.forEach || event.defaultPrevented) { return; }
        event.preventDefault();
        if (form.hasAttribute('data-busy')) { return; }
        form.setAttribute('data-busy', '');
        var by = event.submitter, told = box || form;
        if (!hint) {
          hint = document.createElement('p');
          hint.className = 'mq-talkhint gap';
          hint.setAttribute('role', 'status');
          form.appendChild(hint);
        }
        send(form, by && by.name ? [[by.name, by.value]] : [], box && box.hidden ? plain(form) : hint, {
          kept: told.getAttribute('data-kept'), again: told.getAttribute('data-again')
        }).then(function () { form.removeAttribute('data-busy'); form.removeAttribute('data-sent'); if (by) { by.removeAttribute('aria-busy'); } });
      });
      if (!box) { return; }
      if (!canTalk()) { return; }
      box.hidden = false;
      var gist = one('#f-gist', form), files = one('#f-files', form);
      others(form, !!(gist && gist.value) || !!one('.mq-field.bad', form));
      one('[data-type]', form).addEventListener('click', function () { others(form, true); if (gist) { gist.focus(); } });
      one('[data-photo]', form).addEventListener('click', function () { others(form, true); files.click(); });
      talk(box, form);
    });
    waiting();
  }
  function plain(form) {
    var found = one('.mq-plainhint', form);
    if (!found) {
      found = document.createElement('p');
      found.className = 'mq-plainhint mq-talkhint gap';
      found.setAttribute('role', 'status');
      form.appendChild(found);
    }
    return found;
  }

  document.addEventListener('DOMContentLoaded', function () {
    begin();
    document.addEventListener('click', function (event) {
      var strip = one('#mq-waiting');
      if (strip && event.target === one('button', strip)) { flush(strip); }
    });
    window.addEventListener('online', function () {
      var strip = one('#mq-waiting');
      if (strip && !strip.hidden) { flush(strip); }
    });
    all('[data-aloud]').forEach(function (button) {
      if (!window.speechSynthesis || !window.SpeechSynthesisUtterance) { return; }
      button.hidden = false;
      button.addEventListener('click', function () {
        var part = one(button.getAttribute('data-aloud'));
        var words = new SpeechSynthesisUtterance(part.getAttribute('data-head') + '. ' + part.textContent.replace(/\s+/g, ' '));
        words.lang = button.getAttribute('data-lang');
        window.speechSynthesis.cancel();
        window.speechSynthesis.speak(words);
      });
    });
  });
}());
