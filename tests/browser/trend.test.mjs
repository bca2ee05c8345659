// The page of a trend: of a history that is committed here, without measuring anything.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before as beforeAll, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { HOSTILE } from './reports.mjs';
import { axeSource, launch, open, program, temporaryFolder } from './support.mjs';

const folder = temporaryFolder();
let browser;

const COLUMNS = [
  'round', 'cpu_ns', 'wall_ns', 'blocked_ns', 'calibration_ns', 'reference_ns', 'memory_bytes', 'peak_memory_bytes', 'voluntary_switches',
  'modules',
];
const MEBIBYTE = 1024 * 1024;

/** A target whose every sample takes so many whole milliseconds. */
const recorded = (time, memory) => ({
  time_ms: time,
  memory_bytes: memory * MEBIBYTE,
  peak_memory_bytes: 2 * memory * MEBIBYTE,
  modules: 0,
  preload: [],
  closure: {},
  own_time_10us: '',
  samples: Array.from({ length: 8 }, (_, round) => [
    round, time * 1e6, time * 1e6, 0, 0, 0, memory * MEBIBYTE, 2 * memory * MEBIBYTE, 0, 0,
  ]),
});

/** A baseline of the first version of its format, which is read as ever. */
const baseline = (targets) => JSON.stringify({
  format: 'importgate-baseline',
  version: 1,
  environments: {
    'cpython-3.13-linux-x86_64': {
      importgate: '0.1.0',
      interpreter: { version: '3.13.0', build: 'main' },
      machine: { processor: 'Example 3000', cores: 2, kernel: 'Linux 6.1.0', container_cpus: null, container_memory_bytes: null },
      variables: {},
      bytecode: 'warm',
      engine: 'time',
      calibration_ns: 0,
      reference_cpu_ns: [],
      reference_wall_ns: [],
      distributions: {},
      sample_columns: COLUMNS,
      targets,
      modules: {},
      files: {},
    },
  },
});

const run = (command, ...words) => {
  const ended = spawnSync(command, words, { encoding: 'utf8', cwd: folder });
  assert.equal(ended.status, 0, `${command} ${words.join(' ')}: ${ended.stderr}${ended.error ?? ''}`);
};

const git = (...words) => run('git', '-c', 'user.name=Test', '-c', 'user.email=test@example.org', '-c', 'commit.gpgSign=false', ...words);

/** The page of thirty revisions, in which one target becomes slower and one goes; `names` are those of the targets. */
const history = (name, names = ['shop.cli', 'shop.orders', 'shop.legacy']) => {
  const repository = path.join(folder, name);
  mkdirSync(repository);
  git('init', '--quiet', repository);
  for (let revision = 0; revision < 30; revision += 1) {
    const slower = recorded((revision < 18 ? 100 : 130) + (revision % 3), revision < 18 ? 10 : 14);
    const steady = recorded(40 + (revision % 2), 8);
    const targets = { [names[0]]: slower, [names[1]]: steady, ...(revision < 9 ? { [names[2]]: steady } : {}) };
    writeFileSync(path.join(repository, 'b.json'), baseline(targets));
    git('-C', repository, 'add', '--all');
    git('-C', repository, 'commit', '--quiet', '--message', `Change ${names[0]}`);
  }
  const page = path.join(folder, `${name}.html`);
  run(program, 'trend', '--baseline', path.join(repository, 'b.json'), '--format', `html=${page}`);
  return pathToFileURL(page).href;
};

let url;

beforeAll(async () => {
  browser = await launch();
  url = history('history');
});
after(() => browser.close());

/** Opens a page, looks at it, and holds that nothing went wrong meanwhile. */
const look = async (address, options, at) => {
  const opened = await open(browser, address, options);
  try {
    await at(opened.page);
    assert.deepEqual(opened.wrong, []);
  } finally {
    await opened.close();
  }
};

for (const colorScheme of ['light', 'dark']) {
  test(`axe finds no fault in a trend, ${colorScheme}`, async () => {
    await look(url, { colorScheme, bypassCSP: true }, async (page) => {
      await page.evaluate(() => document.querySelectorAll('details').forEach((details) => { details.open = true; }));
      await page.evaluate(axeSource);
      const { violations } = await page.evaluate(() => axe.run({ preload: false }));
      const faults = violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ html, failureSummary }) => `${html.slice(0, 200)} ${failureSummary}`).join('\n')}`);
      assert.deepEqual(faults, []);
    });
  });
}

test('it says all of it without its script, and draws the target that became slower', async () => {
  await look(url, { javaScriptEnabled: false }, async (page) => {
    const text = await page.locator('body').innerText();
    for (const one of ['30 revisions', 'shop.cli', 'slower', 'gone', '+29.7%', 'memory +40.0%', 'Change shop.cli']) {
      assert.ok(text.includes(one), `${one} is not to be seen`);
    }
    assert.ok(await page.locator('details[open] figure svg').isVisible());
  });
});

test('no width makes the page of a trend wider than the screen', async () => {
  for (const width of [360, 768, 1366]) {
    await look(url, { viewport: { width, height: 800 } }, async (page) => {
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(wide <= 0, `${wide} pixels more than ${width}`);
    });
  }
});

test('whatever a target or a commit is called stays text', async () => {
  const names = HOSTILE.filter((one) => !one.includes('\0')).slice(0, 3);
  const hostile = history('hostile', names);
  const survey = (page) => page.evaluate(() => [...new Set([...document.querySelectorAll('*')].map(({ localName }) => localName))].sort());
  let expected;
  await look(url, {}, async (page) => { expected = await survey(page); });
  await look(hostile, {}, async (page) => assert.deepEqual(await survey(page), expected));
});
