// Reports to make pages of: what `importgate check --format json` writes, without measuring anything. Every number follows from
// the position of its target, so that a page is the same each time.

const MEBIBYTE = 1024 * 1024;
const SAMPLES = 24;

/** A number from 0 to 1 that looks like chance and is the same each time. */
const noise = (seed) => {
  const wave = Math.sin(seed * 12.9898) * 43758.5453;
  return wave - Math.floor(wave);
};

const environment = (version) => ({
  key: `cpython-${version}-linux-x86_64`,
  python: '.venv/bin/python',
  python_version: `${version}.1`,
  machine: {
    processor: 'Example 3000',
    cores: 2,
    kernel: 'Linux 6.1.0',
    container_cpus: null,
    container_memory_bytes: null,
  },
  variables: {},
  speed: 1.04,
  machine_speed_us: 44.1,
  shown_at_speed_us: null,
});

const baseline = {
  source: 'budgets.baseline.json',
  recorded: { importgate: '0.1.0', machine: environment('3.13').machine },
};

const percentiles = (value) => ({ p50: value, p95: value * 1.06, p99: value * 1.1 });

/** The row of a target: its time now and before and its ceiling in milliseconds. */
const row = (module, layer, time, { before = time, limit = null, verdict = 'pass', ...others } = {}) => ({
  module,
  kind: 'module',
  layer,
  status: 'measured',
  verdict,
  time_ms: time,
  blocked_ms: 0,
  max_time_ms: limit,
  time: percentiles(time),
  cpu: percentiles(time),
  wall: percentiles(time * 1.1),
  wall_ms: time * 1.1,
  memory_bytes: Math.round(time * 3e5),
  peak_memory_bytes: 9 * MEBIBYTE + Math.round(time * 3e5),
  modules: 12 + Math.round(time * 2),
  samples: SAMPLES,
  variation: 0.021,
  baseline_time_ms: before,
  baseline_memory_bytes: before === null ? null : Math.round(before * 3e5),
  baseline_modules: before === null ? null : 12 + Math.round(before * 2),
  imported_before: before === null ? null : true,
  change_percent: before === null ? null : (time / before - 1) * 100,
  change_ms: before === null ? null : time - before,
  decided_by: before === null ? null : 'changed-part',
  instructions: null,
  baseline_instructions: null,
  orders: [],
  closure: null,
  ...others,
});

const failed = (module, layer) =>
  row(module, layer, 0, {
    before: null,
    verdict: 'fail',
    status: 'failed',
    time_ms: null,
    blocked_ms: null,
    time: null,
    cpu: null,
    wall: null,
    wall_ms: null,
    memory_bytes: null,
    peak_memory_bytes: null,
    modules: null,
    samples: 0,
    variation: null,
  });

const finding = (code, severity, target, message, others = {}) => ({
  code,
  severity,
  target,
  message,
  budget: null,
  place: null,
  help: null,
  details: [],
  causes: [],
  rest: null,
  installed: null,
  ...others,
});

const budget = (line, text) => ({ file: 'budgets.toml', line, text });

const step = (importer, imported, file, line) => ({ importer, imported, place: { file, line } });

const samplesAround = (time, seed) =>
  Array.from({ length: SAMPLES }, (_, index) => time * (0.97 + 0.06 * noise(seed + index)));

const report = ({ targets, findings = [], causes = [], pictures = [], version = '3.13', ...others }) => {
  const verdicts = targets.map(({ verdict }) => verdict);
  const verdict = ['fail', 'inconclusive'].find((one) => verdicts.includes(one)) ?? 'pass';
  return {
    version: 2,
    importgate: '0.1.0',
    verdict,
    budgets: 'budgets.toml',
    findings,
    causes,
    targets,
    pictures,
    environment: environment(version),
    baseline,
    distributions: [],
    run: { samples: targets.length * SAMPLES, references: 61, seconds: 21.4, seed: 7 },
    groups: [],
    ...others,
  };
};

const module = (name, parent, now, before, place) => ({
  module: name,
  count: 1,
  ...(parent === null ? {} : { parent }),
  ...(place ? { place } : {}),
  own_ms: now,
  ...(before === null ? {} : { own_before_ms: before }),
  own_memory_bytes: Math.round(now * 2e5),
  ...(before === null ? {} : { own_memory_before_bytes: Math.round(before * 2e5) }),
});

/** `shop.database.models` after somebody has written `import heavytensor` in a module that it imports. */
const tree = {
  modules: [
    module('shop.database.models', null, 4.2, 4.1),
    module('shop.database.types', 0, 1.3, 1.2, { file: 'shop/database/models.py', line: 3 }),
    module('shop_analytics.features', 1, 2.1, 1.9, { file: 'shop/database/types.py', line: 9 }),
    module('heavytensor', 2, 6.5, null, { file: 'shop_analytics/features.py', line: 3 }),
    module('heavytensor.tables', 3, 181, null, { file: 'heavytensor/__init__.py', line: 7 }),
    module('heavytensor.cluster', 3, 44, null, { file: 'heavytensor/__init__.py', line: 8 }),
    module('multiprocessing', 5, 19, null, { file: 'heavytensor/cluster.py', line: 3 }),
    { ...module('heavytensor.dtypes', 3, 12, null), count: 31 },
    module('sqlalchemy', 0, 11, 14, { file: 'shop/database/models.py', line: 5 }),
    module('sqlalchemy.orm', 8, 9.5, 9.5, { file: 'sqlalchemy/__init__.py', line: 12 }),
    { ...module('sqlalchemy.sql', 8, 7, 7), count: 88 },
  ],
  before: { gone: [{ module: 'simplejson', own_ms: 2.4, own_memory_bytes: 400000 }], has_memory: true },
};

const heavy = {
  id: 'line shop_analytics/features.py:3',
  kind: 'new-import',
  summary: '`shop_analytics/features.py:3` now imports `heavytensor`',
  module: 'heavytensor',
  distribution: null,
  importer: 'shop_analytics.features',
  file: 'shop_analytics/features.py',
  line: 3,
  source: { text: 'import heavytensor', start: 0, end: 18, goes_on: false },
  label: null,
  chain: [
    step('shop.database.models', 'shop.database.types', 'shop/database/models.py', 3),
    step('shop.database.types', 'shop_analytics.features', 'shop/database/types.py', 9),
    step('shop_analytics.features', 'heavytensor', 'shop_analytics/features.py', 3),
  ],
  time_ms: 262.5,
  memory_bytes: 91 * MEBIBYTE,
  modules: 119,
  part_of: null,
  targets: ['shop.database.models', 'shop.database.repositories'].map((target) => ({
    target,
    time_ms: 262.5,
    memory_bytes: 91 * MEBIBYTE,
    modules: 119,
    chain:
      target === 'shop.database.models'
        ? []
        : [step(target, 'shop.database.models', 'shop/database/repositories.py', 3)],
    joins: 0,
  })),
  saves: true,
  help: '`heavytensor` is used in `product_vector` (line 8) alone: import it there, or `lazy import` on 3.15',
};

const picture = (target, index) => ({
  target: target.module,
  samples_ms: samplesAround(target.time_ms, index),
  ...(target.baseline_time_ms === null ? {} : { baseline_samples_ms: samplesAround(target.baseline_time_ms, index + 0.5) }),
});

/** A regression with one cause in two targets, a hang, and targets that are well. */
export const regression = ({ version = '3.13' } = {}) => {
  const slower = (name) => row(name, 'database', 298, { before: 38, limit: 50, verdict: 'fail' });
  const targets = [
    row('shop.services.orders', 'services', 8.1, { before: 8, limit: 10 }),
    row('shop.services.pricing', 'services', 4.3, { before: 4.4, limit: 10, status: 'reused', decided_by: 'same-closure' }),
    row('shop.services.catalogue', 'services', 9.2, { before: 9, limit: 10 }),
    slower('shop.database.models'),
    slower('shop.database.repositories'),
    row('shop.database.session', 'database', 41.2, { before: 38.8, limit: 50, verdict: 'inconclusive' }),
    failed('shop.database.legacy', 'database'),
    row('shop.utils.money', 'utils', 0.41, { before: 0.6, limit: 2 }),
    row('shop.utils.text', 'utils', 0.9, { before: null, limit: 2 }),
    row('shop.cli', null, 96.1, { before: 95 }),
  ];
  const over = { budget: budget(33, 'layers.database.max-time = "50ms"'), causes: [heavy.id] };
  const findings = [
    ...heavy.targets.flatMap(({ target }) => [
      finding('over-time', 'error', target, 'takes 298 ms, over its ceiling of 50 ms', over),
      finding('regression', 'error', target, 'takes 298 ms, 260 ms more than the baseline (+684%, allowed 10%)', {
        ...over,
        budget: budget(3, 'gate.max-regression = "10%"'),
      }),
    ]),
    finding('hang', 'error', 'shop.database.legacy', 'the import did not end within 30 s', {
      place: { file: 'shop/database/legacy.py', line: 7 },
      details: ['shop/database/legacy.py:7 in <module>', '/usr/lib/python3.13/socket.py:865 in create_connection'],
      help: 'connect when the first message is sent, not while the module is imported',
    }),
    finding('inconclusive', 'warning', 'shop.database.session', 'looks 6.19% slower, and 60 samples do not tell whether it is more than 10%', {
      budget: budget(3, 'gate.max-regression = "10%"'),
      help: 'more samples may decide it: measure.max-samples',
    }),
  ];
  const pictures = targets.filter(({ time_ms }) => time_ms !== null).map(picture);
  pictures.find(({ target }) => target === 'shop.database.models').tree = tree;
  return report({ targets, findings, causes: [heavy], pictures, version });
};

/** The same project before the mistake: all is well. */
export const before = () => {
  const kept = regression().targets.filter(({ status }) => status !== 'failed');
  const targets = kept.map(({ module: name, layer, baseline_time_ms: time, max_time_ms: limit }) =>
    row(name, layer, time ?? 0.9, { limit }),
  );
  return report({ targets, pictures: targets.map(picture) });
};

/** As large as a project may be: a thousand targets in ten layers, fifty of which are over their ceilings, and sixty large trees. */
export const thousand = ({ count = 1000 } = {}) => {
  const targets = Array.from({ length: count }, (_, index) => {
    const time = 2 + 90 * noise(index);
    const fails = index % 20 === 7;
    return row(`shop.layer_${index % 10}.package_${index % 37}.module_${index}`, `layer_${index % 10}`, time, {
      before: time * (0.98 + 0.03 * noise(index + 0.3)),
      limit: fails ? time * 0.8 : 100,
      verdict: fails ? 'fail' : 'pass',
      status: index % 3 === 0 && !fails ? 'reused' : 'measured',
    });
  });
  const over = targets.filter(({ verdict }) => verdict === 'fail');
  const causes = over.map((target, index) => ({
    ...heavy,
    id: `line shop/file_${index}.py:3`,
    kind: 'import',
    summary: `\`shop/file_${index}.py:3\` imports \`decimal\``,
    module: 'decimal',
    file: `shop/file_${index}.py`,
    chain: [step(target.module, 'decimal', `shop/file_${index}.py`, 3)],
    targets: [{ target: target.module, time_ms: 6.1, memory_bytes: 0, modules: 1, chain: [], joins: 0 }],
    time_ms: 6.1 + index,
    memory_bytes: 0,
    modules: 1,
  }));
  const findings = over.map((target, index) =>
    finding('over-time', 'error', target.module, `takes ${target.time_ms.toPrecision(3)} ms, over its ceiling`, {
      budget: budget(12 + (index % 10), 'max-time = "80ms"'),
      causes: [causes[index].id],
    }),
  );
  const pictures = targets.map(picture);
  pictures.slice(0, 60).forEach((drawn, index) => {
    drawn.tree = largeTree(index);
  });
  return report({ targets, findings, causes, pictures });
};

/** A tree of 300 modules, ten levels deep. */
const largeTree = (seed) => ({
  modules: Array.from({ length: 300 }, (_, index) => {
    const parent = index === 0 ? null : Math.max(0, index - 1 - Math.floor(noise(seed + index) * 30));
    const time = 0.1 + noise(seed * 7 + index);
    return module(`package_${seed}.part_${index % 9}.module_${index}`, parent, time, time * 0.97, {
      file: `src/package_${seed}/part_${index % 9}/module_${index}.py`,
      line: 1 + (index % 80),
    });
  }),
  before: { gone: [], has_memory: true },
});

/** What names may hold that measured code makes up: markup, ways out of attributes, scripts and data, and what hides or turns text. */
export const HOSTILE = [
  '<img src=x onerror=alert(1)>',
  '"><script>alert(2)</script>',
  "' onmouseover='alert(3)",
  '</script><script>alert(4)</script>',
  '<!--<script>',
  '</title></style></textarea></svg><svg onload=alert(5)>',
  'javascript:alert(6)',
  '&lt;b&gt;&amp;#60;',
  '<link rel=stylesheet href=http://hostile.invalid/x.css>',
  '<base href=http://hostile.invalid/><iframe src=//hostile.invalid>',
  '{{constructor.constructor("alert(7)")()}}',
  'line\u2028break\u202etxet denrut\u2066\r\n\0\x1b[31m',
  `${'long'.repeat(25_000)}<b>`,
  'x\' name="__proto__" id="q" style="position:fixed',
];

/** The regression with a hostile text in the place of every free one. */
export const hostile = () => {
  const fixed = ['code', 'severity', 'verdict', 'kind', 'status', 'decided_by', 'importgate'];
  const renamed = new Map();
  const rename = (text) => {
    if (!renamed.has(text)) {
      const number = renamed.size;
      renamed.set(text, `${HOSTILE[number % HOSTILE.length]}#${number}`);
    }
    return renamed.get(text);
  };
  const replace = (value, key) => {
    if (typeof value === 'string') return fixed.includes(key) ? value : rename(value);
    if (Array.isArray(value)) return value.map((item) => replace(item, key));
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, replace(item, name)]));
  };
  return replace(regression(), '');
};

/** One project under three Pythons, of which the newest fails. */
export const matrix = () => [
  regression({ version: '3.13' }),
  ...['3.9', '3.12'].map((version) => ({ ...before(), environment: environment(version) })),
];
