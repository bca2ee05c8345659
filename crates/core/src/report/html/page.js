// The table of targets in the page: search, filters and sorting, with the view kept in the address.
//
// Everything here is a convenience. The page says all it has to say without this script, and the controls, which would do
// nothing then, are hidden until it has run. What it works on comes from measured code: it reads attributes and writes text
// or properties, never markup. It reads no layout, so that a thousand rows are drawn once after each change.
(() => {
  'use strict';

  const form = document.querySelector('form[data-view]');
  const tables = [...document.querySelectorAll('table[data-targets]')];

  // ---- What is there, read once.

  /** A target: its row, the rows below that belong to it, and its place as it was written. */
  const readTarget = (row, index) => {
    const rows = [row];
    for (let below = row.nextElementSibling; below && !('target' in below.dataset); below = below.nextElementSibling) {
      rows.push(below);
    }
    return { rows, index, name: row.dataset.target.toLowerCase(), data: row.dataset };
  };

  const groups = tables.map((table) => ({
    table,
    body: table.tBodies[0],
    headings: [...table.querySelectorAll('th[data-sort]')],
    targets: [...table.tBodies[0].querySelectorAll('tr[data-target]')].map(readTarget),
    sorted: '',
  }));
  const targets = groups.flatMap((group) => group.targets);

  // ---- The view: what is asked for. `sort` is a column's key, with `-` in front where the largest comes first.

  const FILTERS = ['layer', 'verdict', 'status'];
  const FIELDS = ['q', ...FILTERS];
  const TEXT_COLUMNS = ['target', 'layer', 'verdict', 'status'];
  let sort = '';

  const headingOf = (by) => groups.flatMap((group) => group.headings).find((th) => th.dataset.sort === by.replace(/^-/, ''));

  const readView = () => {
    const view = { sort };
    FIELDS.forEach((field) => {
      view[field] = form.elements[field]?.value.trim() ?? '';
    });
    return view;
  };

  const setView = (view) => {
    sort = view.sort && headingOf(view.sort) ? view.sort : '';
    FIELDS.forEach((field) => {
      const control = form.elements[field];
      if (!control) return;
      control.value = view[field] ?? '';
      // A link may name a layer that is gone: then nothing is filtered by it, and the control says so.
      if (control.selectedIndex === -1) control.value = '';
    });
  };

  // The view is told from the ids of sections by the question mark: `#?q=orders&sort=-time-ms`.
  const fromAddress = () =>
    location.hash.startsWith('#?') ? Object.fromEntries(new URLSearchParams(location.hash.slice(2))) : null;

  const toAddress = () => {
    const asked = Object.entries(readView()).filter(([, value]) => value !== '');
    const address = asked.length > 0 ? `#?${new URLSearchParams(asked)}` : location.pathname + location.search;
    try {
      history.replaceState(null, '', address);
    } catch {
      // Some viewers show the page in a frame whose address cannot be changed. The view works there, only no link keeps it.
    }
  };

  // ---- Showing it.

  const matches = (target, words, view) =>
    words.every((word) => target.name.includes(word)) &&
    FILTERS.every((filter) => view[filter] === '' || target.data[filter] === view[filter]);

  const property = (key) => key.replace(/-(.)/g, (_, letter) => letter.toUpperCase());

  /** Compares two targets by a column. What is not known comes last either way, and equals keep the order they had. */
  const comparison = (by) => {
    const down = by.startsWith('-');
    const key = down ? by.slice(1) : by;
    const text = TEXT_COLUMNS.includes(key);
    const value = ({ data }) => {
      const found = data[property(key)] ?? '';
      return text || found === '' ? found : Number(found);
    };
    const collator = new Intl.Collator('en', { numeric: true });
    return (one, other) => {
      const [left, right] = [value(one), value(other)];
      if (left === '' || right === '') return (left === '') - (right === '') || one.index - other.index;
      const order = text ? collator.compare(left, right) : left - right;
      return (down ? -order : order) || one.index - other.index;
    };
  };

  const arrange = (group) => {
    if (group.sorted === sort) return;
    group.sorted = sort;
    const ordered = sort === '' ? group.targets : [...group.targets].sort(comparison(sort));
    group.body.append(...ordered.flatMap((target) => target.rows));
    group.headings.forEach((th) => {
      if (th.dataset.sort === sort) th.setAttribute('aria-sort', 'ascending');
      else if (`-${th.dataset.sort}` === sort) th.setAttribute('aria-sort', 'descending');
      else th.removeAttribute('aria-sort');
    });
  };

  const number = new Intl.NumberFormat('en');

  const summary = (shown) => {
    const all = `${number.format(targets.length)} ${targets.length === 1 ? 'target' : 'targets'}`;
    const part = shown === targets.length ? all : `${number.format(shown)} of ${all}`;
    if (sort === '') return part;
    return `${part}, sorted by ${headingOf(sort).textContent.trim()}, ${sort.startsWith('-') ? 'descending' : 'ascending'}`;
  };

  const show = () => {
    const view = readView();
    const words = view.q.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    targets.forEach((target) => {
      const hidden = !matches(target, words, view);
      if (!hidden) shown += 1;
      target.rows.forEach((row) => {
        if (row.hidden !== hidden) row.hidden = hidden;
      });
    });
    groups.forEach(arrange);
    const output = form.querySelector('[data-shown]');
    const text = summary(shown);
    // Said again only where it is something else, since it is read aloud.
    if (output.textContent !== text) output.textContent = text;
  };

  /** Shows what the reader asked for, and keeps it in the address. */
  const ask = () => {
    show();
    toAddress();
  };

  // ---- What the reader does.

  /** Once typing pauses, so that neither the table nor whoever listens to it is asked for every letter. */
  let pending;
  const showSoon = () => {
    clearTimeout(pending);
    pending = setTimeout(ask, 100);
  };

  /** One press sorts the usual way, the next the other way round, and the third as it was. */
  const sortBy = (key) => {
    const usual = TEXT_COLUMNS.includes(key) ? key : `-${key}`;
    const other = usual === key ? `-${key}` : key;
    sort = sort === usual ? other : sort === other ? '' : usual;
    ask();
  };

  const makeSortable = (th) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'sort';
    button.append(...th.childNodes);
    button.addEventListener('click', () => sortBy(th.dataset.sort));
    th.append(button);
  };

  /** Offers the values that the rows have. */
  const fillFilter = (filter) => {
    const select = form.elements[filter];
    if (!select) return;
    const values = new Set(targets.map(({ data }) => data[filter] ?? '').filter(Boolean));
    select.append(...[...values].map((value) => new Option(value, value)));
  };

  const onKey = (event) => {
    const { target } = event;
    const typing = target.closest?.('input, select, textarea');
    if (event.key === '/' && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      form.elements.q.focus();
      form.elements.q.select();
    } else if (event.key === 'Escape' && target === form.elements.q && target.value !== '') {
      target.value = '';
      ask();
    }
  };

  /** What the address points at is never closed or filtered away. */
  const reveal = () => {
    let id;
    try {
      id = decodeURIComponent(location.hash.slice(1));
    } catch {
      return;
    }
    const found = id === '' ? null : document.getElementById(id);
    if (!found) return;
    clearTimeout(pending);
    for (let at = found; at; at = at.parentElement) {
      if (at instanceof HTMLDetailsElement) at.open = true;
    }
    if (found.closest('tr')?.hidden) {
      setView({ sort });
      show();
    }
    found.scrollIntoView();
  };

  const onAddress = () => {
    const view = fromAddress();
    if (!view) reveal();
    else if (isUsed) {
      setView(view);
      show();
    }
  };

  // A closed section is not printed: all of them are opened for as long as the printer looks.
  let closed = [];
  addEventListener('beforeprint', () => {
    closed = [...document.querySelectorAll('details:not([open])')];
    closed.forEach((details) => { details.open = true; });
  });
  addEventListener('afterprint', () => closed.forEach((details) => { details.open = false; }));
  addEventListener('hashchange', onAddress);

  const isUsed = form !== null && targets.length > 0;
  if (isUsed) {
    FILTERS.forEach(fillFilter);
    groups.flatMap((group) => group.headings).forEach(makeSortable);
    form.elements.q.addEventListener('input', showSoon);
    // Not of the search, which says `input`: it says that it changed once more when the focus leaves it for what a link points at.
    FILTERS.forEach((filter) => form.elements[filter]?.addEventListener('change', ask));
    form.addEventListener('submit', (event) => event.preventDefault());
    form.addEventListener('reset', (event) => {
      event.preventDefault();
      setView({});
      ask();
    });
    document.addEventListener('keydown', onKey);
    form.hidden = false;
    setView(fromAddress() ?? {});
    show();
  }
  reveal();
})();
