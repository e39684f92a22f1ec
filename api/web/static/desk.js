// Comforts of the desk: keys, filters kept by name, what the ticked cases allow. Every page works without them.
(function () {
  'use strict';

  function all(selector, within) {
    return Array.prototype.slice.call((within || document).querySelectorAll(selector));
  }
  function one(selector, within) { return (within || document).querySelector(selector); }
  function kept(name, fallback) {
    try { return JSON.parse(window.localStorage.getItem(name)) || fallback; } catch (broken) { return fallback; }
  }
  function keep(name, value) {
    try { window.localStorage.setItem(name, JSON.stringify(value)); } catch (full) { return; }
  }

  // --- copying ------------------------------------------------------------------------------------------------------
  function copying(button) {
    button.addEventListener('click', function () {
      var field = document.getElementById(button.getAttribute('data-copy'));
      field.focus();
      field.select();
      document.execCommand('copy');
      button.textContent = button.getAttribute('data-copied');
    });
  }

  // --- filters kept by name, in this browser alone ----------------------------------------------------------------------
  var SAVED = 'mq.filters';

  function showSaved() {
    var list = one('[data-saved]');
    var found = kept(SAVED, []);
    list.textContent = '';
    list.hidden = !found.length;
    found.forEach(function (each, place) {
      var item = document.createElement('li');
      var link = document.createElement('a');
      var drop = document.createElement('button');
      link.href = each.to;
      link.textContent = each.name;
      drop.type = 'button';
      drop.textContent = '×';
      drop.setAttribute('aria-label', list.getAttribute('data-drop').replace('{name}', each.name));
      drop.addEventListener('click', function () {
        var left = kept(SAVED, []);
        left.splice(place, 1);
        keep(SAVED, left);
        showSaved();
      });
      item.appendChild(link);
      item.appendChild(drop);
      list.appendChild(item);
    });
  }

  function saving(button) {
    button.addEventListener('click', function () {
      var name = document.getElementById('saved-name');
      var link = document.getElementById('saved-link').value;
      if (!name.value.trim()) { name.focus(); return; }
      var found = kept(SAVED, []).filter(function (each) { return each.name !== name.value.trim(); });
      found.push({ name: name.value.trim(), to: link.replace(/^[a-z]+:\/\/[^/]+/, '') });
      keep(SAVED, found);
      name.value = '';
      one('[data-saving]').removeAttribute('open');
      showSaved();
    });
  }

  // --- ticking --------------------------------------------------------------------------------------------------------
  var waiting = null;
  var asked = 0;

  function ticks() { return all('[data-row] input[name=case]'); }

  function ticked() {
    var bar = one('[data-bulk]');
    var chosen = ticks().filter(function (tick) { return tick.checked; });
    ticks().forEach(function (tick) { tick.closest('tr').classList.toggle('sel', tick.checked); });
    var everything = one('[data-all]');
    everything.checked = chosen.length === ticks().length;
    everything.indeterminate = !everything.checked && chosen.length > 0;
    one('b', bar).textContent = chosen.length ? bar.getAttribute('data-some').replace('{n}', chosen.length) :
      bar.getAttribute('data-none');
    one('[data-clear]', bar).hidden = !chosen.length;
    window.clearTimeout(waiting);
    waiting = window.setTimeout(possible, 250);
  }

  // What the ticked cases allow, beside the button that asks for it on a page of its own.
  function possible() {
    var form = document.getElementById('bulk');
    var acts = one('[data-acts]');
    var request = new XMLHttpRequest();
    var mine = ++asked;
    if (!ticks().some(function (tick) { return tick.checked; })) { acts.textContent = ''; return; }
    acts.setAttribute('aria-busy', 'true');
    request.open('POST', form.action);
    request.setRequestHeader('X-Part', 'acts');
    request.onload = function () {
      if (mine !== asked) { return; }
      acts.removeAttribute('aria-busy');
      if (request.status === 200) { acts.innerHTML = request.responseText; }
    };
    request.onerror = function () { acts.removeAttribute('aria-busy'); };
    request.send(new FormData(form));
  }

  function ticking(form) {
    form.addEventListener('change', function (event) {
      if (event.target.hasAttribute('data-all')) {
        ticks().forEach(function (tick) { tick.checked = event.target.checked; });
      }
      if (event.target.type === 'checkbox') { ticked(); }
    });
    one('[data-clear]').addEventListener('click', function () {
      ticks().forEach(function (tick) { tick.checked = false; });
      ticked();
    });
    ticked();
  }

  // --- keys -----------------------------------------------------------------------------------------------------------
  var KEYS = 'mq.keys';

  function typing(target) {
    return /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName) && target.type !== 'checkbox';
  }

  function move(by) {
    var rows = all('[data-row]');
    var here = document.activeElement && document.activeElement.closest('[data-row]');
    var next = rows[here ? rows.indexOf(here) + by : 0];
    if (next) { one('.g a', next).focus(); next.scrollIntoView({ block: 'nearest' }); }
  }

  function pressed(event) {
    var help = one('[data-keys]');
    var here = document.activeElement && document.activeElement.closest('[data-row]');
    var acts = {
      j: function () { move(1); },
      k: function () { move(-1); },
      ArrowDown: function () { move(1); },
      ArrowUp: function () { move(-1); },
      x: function () { if (here) { one('input[name=case]', here).click(); } },
      n: function () { var link = one('[data-key=n]'); if (link) { window.location = link.href; } },
      '/': function () { document.getElementById('f-q').focus(); },
      '?': function () {
        help.open = !help.open;
        if (help.open) { one('summary', help).focus(); }
      }
    };
    var arrows = event.key === 'ArrowDown' || event.key === 'ArrowUp';
    if (event.ctrlKey || event.altKey || event.metaKey || typing(event.target) || !acts[event.key]) { return; }
    if (arrows ? !here : !kept(KEYS, { on: true }).on) { return; }
    event.preventDefault();
    acts[event.key]();
  }

  document.addEventListener('DOMContentLoaded', function () {
    all('[data-copy]').forEach(copying);
    all('[data-save]').forEach(saving);
    if (one('[data-saved]')) { showSaved(); }
    if (one('[data-bulk]')) { ticking(document.getElementById('bulk')); }
    all('[data-keys-on]').forEach(function (tick) {
      tick.checked = kept(KEYS, { on: true }).on;
      tick.addEventListener('change', function () { keep(KEYS, { on: tick.checked }); });
    });
    if (one('[data-keys]')) { document.addEventListener('keydown', pressed); }
  });
}());
