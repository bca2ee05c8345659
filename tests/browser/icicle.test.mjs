// The icicle of a target: choosing what is shown, zooming with the pointer and the keyboard, and the same tree as a list.

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { regression } from './reports.mjs';
import { launch, open, render, temporaryFolder } from './support.mjs';

const made = render(temporaryFolder(), 'regression.html', regression());
let browser;
let at;

before(async () => { browser = await launch(); });
after(() => browser.close());
beforeEach(async () => { at = await open(browser, made.url); });
afterEach(async () => {
  assert.deepEqual(at.wrong, []);
  await at.close();
});

const icicle = () => at.page.locator('.icicle').first();
const figure = () => icicle().locator('figure:visible');
/** The modules to be seen, with the width of each in the units of the picture. */
const boxes = () => figure().locator('svg g').evaluateAll((all) =>
  Object.fromEntries(all
    .filter((g) => g.getAttribute('display') !== 'none')
    .map((g) => [g.querySelector('title').textContent.split('\n')[0], Number(g.querySelector('rect').getAttribute('width'))])));
const box = (name) => figure().locator('svg g').filter({ has: at.page.locator(`title:text-matches("^${name}\\\\n")`) }).first();
const zoomOut = () => icicle().getByRole('button', { name: 'Zoom out' });

test('one picture is shown at a time, and which one is chosen without the script', async () => {
  assert.equal(await figure().count(), 1);
  const first = await boxes();
  await icicle().getByText('before', { exact: true }).click();
  assert.equal(await figure().count(), 1);
  const earlier = await boxes();
  assert.ok('heavytensor' in first, Object.keys(first).join(' '));
  assert.ok(!('heavytensor' in earlier), 'it was not there');
});

test('a click on a module fills the width with it, and the button goes back', async () => {
  const whole = await boxes();
  assert.equal(await zoomOut().count(), 0, 'there is nothing to go back from');
  await box('heavytensor').click();
  const zoomed = await boxes();
  assert.ok(zoomed.heavytensor > whole.heavytensor && zoomed.heavytensor > 1090, JSON.stringify(zoomed));
  assert.ok(zoomed['heavytensor.cluster'] > whole['heavytensor.cluster'], JSON.stringify(zoomed));
  assert.ok(!('sqlalchemy' in zoomed), 'what is beside it goes');
  await zoomOut().click();
  assert.deepEqual(await boxes(), whole);
});

test('what a module takes and the line that imports it is said below the picture', async () => {
  await box('heavytensor').hover();
  const readout = await icicle().locator('.readout').textContent();
  assert.match(readout, /heavytensor/);
  assert.match(readout, /shop_analytics\/features\.py:3/);
});

test('the keyboard goes from module to module, zooms and goes back', async () => {
  const { page } = at;
  const whole = await boxes();
  await figure().locator('.frame').focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  assert.match(await icicle().locator('.readout').textContent(), /shop\.database\.types|sqlalchemy/);
  await page.keyboard.press('Enter');
  const zoomed = await boxes();
  assert.ok(Object.keys(zoomed).length < Object.keys(whole).length, JSON.stringify(zoomed));
  await page.keyboard.press('Escape');
  assert.deepEqual(await boxes(), whole);
});

test('the same tree is there as a list, with what is gone', async () => {
  const list = icicle().locator('> details');
  await list.locator('> summary').click();
  await list.evaluate((outer) => outer.querySelectorAll('details').forEach((details) => { details.open = true; }));
  const text = await icicle().innerText();
  for (const name of ['heavytensor.tables', 'sqlalchemy.orm', 'multiprocessing']) assert.ok(text.includes(name), name);
  const everything = await icicle().textContent();
  assert.match(everything, /simplejson/, 'what is gone is named');
});
