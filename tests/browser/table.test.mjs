// The script of the table of targets: search, filters, sorting, links to a view and to a section, and the keyboard.

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { regression, thousand } from './reports.mjs';
import { launch, open, render, temporaryFolder } from './support.mjs';

const folder = temporaryFolder();
const made = render(folder, 'regression.html', regression());
const large = render(folder, 'thousand.html', thousand());
let browser;
let at;

before(async () => { browser = await launch(); });
after(() => browser.close());
beforeEach(async () => { at = await open(browser, made.url); });
afterEach(async () => {
  assert.deepEqual(at.wrong, []);
  await at.close();
});

const shownOf = (page) =>
  page.$$eval('tr[data-target]', (rows) => rows.filter((row) => row.offsetParent !== null).map((row) => row.dataset.target));
const shown = () => shownOf(at.page);
const said = (text) => at.page.locator('[data-shown]').getByText(text, { exact: true }).waitFor();
const heading = (key) => at.page.locator(`th[data-sort="${key}"]`);
const fragment = () => decodeURIComponent(new URL(at.page.url()).hash);
const reopen = async (hash) => {
  await at.close();
  at = await open(browser, made.url + hash, { own: [made.url] });
};

test('a search shows the targets that have every word, and says how many', async () => {
  await said('10 targets');
  await at.page.getByRole('searchbox').fill('MODELS shop');
  await said('1 of 10 targets');
  assert.deepEqual(await shown(), ['shop.database.models']);
  assert.equal(fragment(), '#?q=MODELS+shop');
});

test('filters offer what there is and go together with the search', async () => {
  const { page } = at;
  assert.deepEqual(await page.locator('select[name="layer"] option').allTextContents(), ['all', 'database', 'services', 'utils']);
  await page.selectOption('select[name="layer"]', 'database');
  await said('4 of 10 targets');
  await page.selectOption('select[name="status"]', 'measured');
  await said('3 of 10 targets');
  await page.getByRole('searchbox').fill('session');
  await said('1 of 10 targets');
  await page.getByRole('button', { name: 'Show all' }).click();
  await said('10 targets');
  assert.equal(fragment(), '');
});

test('a verdict filters to the rows that have it', async () => {
  await at.page.selectOption('select[name="verdict"]', 'FAIL');
  await said('3 of 10 targets');
  assert.ok((await shown()).includes('shop.database.legacy'));
});

test('numbers are sorted with the largest first, then the smallest, then as they were written', async () => {
  const asWritten = await shown();
  const press = () => heading('time-ms').getByRole('button').click();
  await press();
  await said('10 targets, sorted by time, descending');
  assert.equal(await heading('time-ms').getAttribute('aria-sort'), 'descending');
  const descending = await shown();
  assert.deepEqual(descending.slice(0, 3), ['shop.database.models', 'shop.database.repositories', 'shop.cli']);
  assert.equal(descending.at(-1), 'shop.database.legacy', 'what has no time comes last');
  await press();
  await said('10 targets, sorted by time, ascending');
  const ascending = await shown();
  assert.equal(ascending[0], 'shop.utils.money');
  assert.equal(ascending.at(-1), 'shop.database.legacy', 'what has no time comes last');
  await press();
  await said('10 targets');
  assert.equal(await heading('time-ms').getAttribute('aria-sort'), null);
  assert.deepEqual(await shown(), asWritten);
});

test('names are sorted by the alphabet, and only one column at a time', async () => {
  await heading('memory').getByRole('button').click();
  await heading('target').getByRole('button').click();
  await said('10 targets, sorted by target, ascending');
  const names = await shown();
  assert.deepEqual(names, [...names].sort());
  assert.equal(await at.page.locator('th[aria-sort]').count(), 1);
});

test('a link opens the same view again, and going back does, too', async () => {
  await at.page.getByRole('searchbox').fill('database');
  await at.page.selectOption('select[name="verdict"]', 'FAIL');
  await heading('time-ms').getByRole('button').click();
  await said('3 of 10 targets, sorted by time, descending');
  const rows = await shown();
  const link = new URL(at.page.url()).hash;
  await reopen(link);
  await said('3 of 10 targets, sorted by time, descending');
  assert.deepEqual(await shown(), rows);
  assert.equal(await at.page.getByRole('searchbox').inputValue(), 'database');
  await at.page.evaluate(() => { location.hash = '#?q=cli'; });
  await said('1 of 10 targets');
  await at.page.goBack();
  await said('3 of 10 targets, sorted by time, descending');
});

test('a link that asks for what is not there shows everything', async () => {
  for (const hash of ['#?layer=gone&sort=nothing&__proto__=x', '#?q=%E0%A4%A', '#%E0%A4%A', '#?sort=-', '#nowhere', '#?']) {
    await reopen(hash);
    await said(hash.includes('q=') ? '0 of 10 targets' : '10 targets');
  }
});

test('a link to a section opens what it is in and shows it', async () => {
  const { page } = at;
  const id = await page.evaluate(() => {
    // Wherever the page folds something away, as far in as it goes.
    const closed = [...document.querySelectorAll('details:not([open])')];
    const inside = closed.at(-1).querySelector('table, p, li, svg, div');
    inside.id = 'inside';
    location.hash = '#inside';
    return inside.id;
  });
  await page.locator(`#${id}`).waitFor({ state: 'visible' });
  await page.waitForFunction(() => {
    const box = document.getElementById('inside').getBoundingClientRect();
    return box.top < innerHeight && box.bottom > 0;
  });
});

test('a link to a row that the filters hide shows it', async () => {
  await at.page.evaluate(() => { document.querySelector('tr[data-target="shop.cli"]').id = 'row'; });
  await at.page.getByRole('searchbox').fill('money');
  await said('1 of 10 targets');
  await at.page.evaluate(() => { location.hash = '#row'; });
  await said('10 targets');
  assert.equal(fragment(), '#row');
});

test('a slash goes to the search, escape empties it, and both are letters where one writes', async () => {
  const { page } = at;
  const search = page.getByRole('searchbox');
  await page.keyboard.press('/');
  assert.ok(await search.evaluate((element) => element === document.activeElement));
  await page.keyboard.type('a/b');
  assert.equal(await search.inputValue(), 'a/b');
  await page.keyboard.press('Escape');
  await said('10 targets');
  assert.equal(await search.inputValue(), '');
});

test('everything can be reached and used by the keyboard', async () => {
  const { page } = at;
  const reached = new Set();
  await page.keyboard.press('Tab');
  for (let presses = 0; presses < 300; presses += 1) {
    const what = await page.evaluate(() => {
      const { activeElement: element } = document;
      return element === document.body ? null : element.name || element.closest('th')?.dataset.sort || element.localName;
    });
    if (what === null) break;
    reached.add(what);
    await page.keyboard.press('Tab');
  }
  const missing = ['q', 'layer', 'verdict', 'status', 'time-ms', 'target'].filter((name) => !reached.has(name));
  assert.deepEqual(missing, []);
  await heading('change-ms').getByRole('button').focus();
  await page.keyboard.press('Enter');
  await said('10 targets, sorted by change, descending');
});

test('what is shown is said by a status that is read aloud', async () => {
  assert.equal(await at.page.getByRole('status').getAttribute('data-shown'), '');
});

test('a thousand targets are sorted and searched with one layout each', async () => {
  const many = await open(browser, large.url);
  const { page } = many;
  const client = await page.context().newCDPSession(page);
  await client.send('Performance.enable');
  const counts = async () => {
    const { metrics } = await client.send('Performance.getMetrics');
    const value = (name) => metrics.find((metric) => metric.name === name).value;
    return { layouts: value('LayoutCount'), styles: value('RecalcStyleCount') };
  };
  const drawn = () => page.evaluate(() => new Promise((resolve) => {
    requestAnimationFrame(() => requestAnimationFrame(resolve));
  }));
  const asked = [
    () => page.evaluate(() => document.querySelector('th[data-sort="time-ms"] button').click()),
    () => page.evaluate(() => {
      const select = document.querySelector('select[name="layer"]');
      select.value = 'layer_3';
      select.dispatchEvent(new Event('change', { bubbles: true }));
    }),
  ];
  for (const ask of asked) {
    await drawn();
    const earlier = await counts();
    await ask();
    await drawn();
    const later = await counts();
    // One, and a few for what the browser does by itself. A script that reads the layout in a loop comes to hundreds.
    assert.ok(later.layouts - earlier.layouts <= 5, `${later.layouts - earlier.layouts} layouts`);
    assert.ok(later.styles - earlier.styles <= 5, `${later.styles - earlier.styles} calculations of styles`);
  }
  assert.equal((await shownOf(page)).length, 100);
  assert.deepEqual(many.wrong, []);
  await many.close();
});
