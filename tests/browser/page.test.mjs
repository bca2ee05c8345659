// The page as a whole, in each of its forms: nothing measured code makes up is more than text, everyone can read it, it says what matters
// without its script, and it stays as small as promised.

import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before as beforeAll, test } from 'node:test';
import { HOSTILE, before, hostile, matrix, regression, thousand } from './reports.mjs';
import { axeSource, launch, open, render, serve, temporaryFolder } from './support.mjs';

const folder = temporaryFolder();
let browser;

beforeAll(async () => { browser = await launch(); });
after(() => browser.close());

/** Opens a page, looks at it, and holds that nothing went wrong meanwhile. */
const look = async (url, options, at) => {
  const opened = await open(browser, url, options);
  try {
    await at(opened.page);
    assert.deepEqual(opened.wrong, []);
  } finally {
    await opened.close();
  }
};

const FORMS = {
  'one file': () => render(folder, 'one.html', regression()),
  'a folder': () => render(folder, 'folder/', regression()),
  'three environments': () => render(folder, 'matrix.html', matrix()),
  'a passing run': () => render(folder, 'passing.html', before()),
};

const addressesOf = (made) =>
  made.file.endsWith('index.html') ? ['index.html', 'importgate.css', 'importgate.js'].map((name) => new URL(name, made.url).href) : [made.url];

for (const [form, make] of Object.entries(FORMS)) {
  for (const colorScheme of ['light', 'dark']) {
    test(`axe finds no fault in ${form}, ${colorScheme}`, async () => {
      const made = make();
      await look(made.url, { colorScheme, bypassCSP: true, own: addressesOf(made) }, async (page) => {
        // What is folded away has to be as good as what is not.
        await page.evaluate(() => document.querySelectorAll('details').forEach((details) => { details.open = true; }));
        await page.evaluate(axeSource);
        const { violations } = await page.evaluate(() => axe.run({ preload: false })); // it would fetch the style sheet again
        const faults = violations
          .filter(({ impact }) => impact === 'serious' || impact === 'critical')
          .map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ html, failureSummary }) => `${html.slice(0, 200)} ${failureSummary}`).join('\n')}`);
        assert.deepEqual(faults, []);
      });
    });
  }
}

test('whatever a name holds stays text', async () => {
  const hosts = render(folder, 'hostile.html', hostile());
  const plain = render(folder, 'plain.html', regression());
  const survey = (page) => page.evaluate(() => ({
    elements: [...new Set([...document.querySelectorAll('*')].map(({ localName }) => localName))].sort(),
    attributes: [...new Set([...document.querySelectorAll('*')].flatMap((element) => element.getAttributeNames()))].sort(),
    schemes: [...new Set([...document.querySelectorAll('[href], [src]')].map((element) =>
      (element.getAttribute('href') ?? element.getAttribute('src')).replace(/#.*/s, '#').slice(0, 40)))].sort(),
  }));
  let expected;
  await look(plain.url, {}, async (page) => { expected = await survey(page); });
  await look(hosts.url, {}, async (page) => {
    // The script works on these names as well.
    await page.getByRole('searchbox').fill('<img');
    await page.locator('th[data-sort="target"] button').click();
    await page.selectOption('select[name="layer"]', { index: 1 });
    await page.getByRole('button', { name: 'Show all' }).click();
    const found = await survey(page);
    for (const kind of ['elements', 'attributes', 'schemes']) {
      assert.deepEqual(found[kind].filter((one) => !expected[kind].includes(one)), [], kind);
    }
    const text = await page.evaluate(() => document.body.textContent);
    for (const name of HOSTILE.filter((one) => /^[\x20-\x7e]{1,200}$/.test(one))) {
      assert.ok(text.includes(name), `${name} is not there as text`);
    }
  });
});

/** What a reader needs, whatever else does not work. */
const WHAT_MATTERS = [
  'shop_analytics/features.py:3', // where
  'import heavytensor', // the line
  '262', // what it costs
  'shop/database/types.py:9', // the way to it
  'budgets.toml:33', // who asked
  'hang',
  ...regression().targets.map(({ module }) => module),
];

/** Controls that do nothing by themselves; a heading that sorts is a heading all the same. What is shown of an icicle is chosen by radio buttons and the style sheet alone. */
const NEEDS_SCRIPT = '[type="search"]:visible, select:visible, button:not(.sort):visible';

test('without JavaScript everything that matters is there, and no control that does nothing', async () => {
  const made = FORMS['one file']();
  await look(made.url, { javaScriptEnabled: false }, async (page) => {
    const text = await page.locator('body').innerText();
    assert.match(text, /FAIL/);
    WHAT_MATTERS.forEach((one) => assert.ok(text.includes(one), `${one} is not to be seen`));
    assert.equal(await page.locator(NEEDS_SCRIPT).count(), 0);
  });
});

test('under a policy that forbids scripts the folder is the same page, with its style', async (context) => {
  const made = FORMS['a folder']();
  const policy = "sandbox; default-src 'none'; img-src 'self'; style-src 'self'";
  const server = await serve(path.dirname(made.file), { 'Content-Security-Policy': policy });
  context.after(server.close);
  const opened = await open(browser, server.url, { own: ['', 'importgate.css', 'importgate.js', 'favicon.ico'].map((name) => server.url + name) });
  context.after(opened.close);
  const { page } = opened;
  const text = await page.locator('body').innerText();
  WHAT_MATTERS.forEach((one) => assert.ok(text.includes(one), `${one} is not to be seen`));
  assert.equal(await page.locator(NEEDS_SCRIPT).count(), 0);
  const styled = await page.evaluate(() => getComputedStyle(document.querySelector('.cause')).borderLeftWidth);
  assert.equal(styled, '4px');
  // The script is refused, which the browser says; nothing else is, so that no style is lost.
  assert.deepEqual(opened.wrong.filter((one) => !/Blocked script execution|importgate\.js/.test(one)), []);
});

test('on paper all of it is to be seen, and nothing that is only for a screen', async () => {
  const made = FORMS['one file']();
  await look(made.url, {}, async (page) => {
    await page.emulateMedia({ media: 'print' });
    const text = await page.locator('body').innerText();
    WHAT_MATTERS.forEach((one) => assert.ok(text.includes(one), `${one} is not to be seen`));
    assert.equal(await page.locator(NEEDS_SCRIPT).count(), 0);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${wide} pixels are cut off`);
  });
});

test('the first screen of a laptop says what failed, why, which line, and what it would give back', async () => {
  const made = FORMS['one file']();
  await look(made.url, {}, async (page) => {
    const screen = await page.evaluate(() => {
      const words = [];
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) {
        const range = document.createRange();
        range.selectNodeContents(walker.currentNode);
        const box = range.getBoundingClientRect();
        if (box.height > 0 && box.bottom <= innerHeight && box.right <= innerWidth) words.push(walker.currentNode.data);
      }
      return words.join(' ');
    });
    for (const one of ['FAIL', 'shop.database.models', 'shop_analytics/features.py:3', 'import heavytensor', 'product_vector', 'saves 26']) {
      assert.ok(screen.includes(one), `${one} is not on the first screen`);
    }
  });
});

test('no width makes the page wider than the screen', async () => {
  const made = FORMS['one file']();
  for (const width of [360, 390, 768, 1366]) {
    await look(made.url, { viewport: { width, height: 800 } }, async (page) => {
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(wide <= 0, `${wide} pixels more than ${width}`);
    });
  }
});

test('a thousand targets make a page of less than 5 MB, and not more elements than a browser is quick with', async () => {
  const made = render(folder, 'thousand.html', thousand());
  assert.ok(made.bytes < 5_000_000, `${made.bytes} bytes`);
  await look(made.url, {}, async (page) => {
    assert.equal(await page.locator('tr[data-target]').count(), 1000);
    const elements = await page.evaluate(() => document.querySelectorAll('*').length);
    assert.ok(elements < 120_000, `${elements} elements`);
  });
});

test('style and script of the page are at most 64 KiB', async () => {
  const made = FORMS['a folder']();
  const { readFileSync } = await import('node:fs');
  const bytes = ['importgate.css', 'importgate.js'].map((name) => readFileSync(path.join(path.dirname(made.file), name)).length);
  assert.ok(bytes[0] + bytes[1] <= 64 * 1024, `${bytes} bytes`);
});
