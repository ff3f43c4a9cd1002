// eyelid motion on drawn files: what passes is found, weather is not, settings are obeyed, mistakes are named.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';

const BUILD = path.resolve(process.env.EYELID_BUILD ?? 'build');
const EYELID = path.join(BUILD, 'eyelid'), DRAW = path.join(BUILD, 'tests/unit/watch/draw_yard');
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'eyelid-motion-'));
after(() => fs.rmSync(dir, { recursive: true, force: true }));

function draw(kind, seconds) {
  const file = path.join(dir, `${kind}.mjpeg`);
  const { passes } = JSON.parse(execFileSync(DRAW, [kind, seconds, file], { encoding: 'utf8' }));
  return { file, passes: passes.filter(([, end]) => end < seconds) };
}

const motion = (...args) => spawnSync(EYELID, ['motion', ...args], { encoding: 'utf8' });
function events(...args) {
  const { stdout, stderr, status } = motion(...args, '--json');
  assert.equal(status, 0, stderr);
  return stdout.trim().split('\n').filter(Boolean).map((line) => JSON.parse(line));
}
const overlaps = (event, [start, end]) => event.start_s <= end + 1 && event.end_s >= start - 1;

const near = draw('near', 60);

test('passers-by are found, in two stages and at full rate', () => {
  assert.ok(near.passes.length >= 2);
  for (const more of [[], ['--full-rate'], ['--two-stage']]) {
    const found = events('--from', near.file, '--fps', '10', ...more);
    for (const pass of near.passes) assert.ok(found.some((event) => overlaps(event, pass)), `${more} ${pass}`);
    for (const event of found) {
      assert.deepEqual(Object.keys(event), ['start_s', 'end_s', 'box', 'score']);
      assert.ok(near.passes.some((pass) => overlaps(event, pass)), JSON.stringify(event));
      assert.ok(event.box.length === 4 && event.box.every((v) => v >= 0 && v <= 1));
      assert.ok(event.score > 0 && event.score < 1 && event.end_s >= event.start_s);
    }
  }
});

test('rain and a lamp are not motion', () => {
  for (const kind of ['downpour', 'porch-lamp']) {
    const { file } = draw(kind, 45);
    assert.deepEqual(events('--from', file, '--fps', '10'), [], kind);
  }
});

test('settings come from a file', () => {
  const settings = path.join(dir, 'settings.json');
  const sky = [[0, 0], [1, 0], [1, 0.3], [0, 0.3]];
  fs.writeFileSync(settings, JSON.stringify({ zones: [{ mode: 'include', points: sky }] }));
  assert.deepEqual(events('--from', near.file, '--fps', '10', '--settings', settings), []);
  fs.writeFileSync(settings, JSON.stringify({ min_area: 50 }));
  assert.deepEqual(events('--from', near.file, '--fps', '10', '--settings', settings), []);
  fs.writeFileSync(settings, '{"sensitivity": 500}');
  const { status, stderr } = motion('--from', near.file, '--fps', '10', '--settings', settings);
  assert.equal(status, 2);
  assert.match(stderr, /settings\.json: sensitivity: expected a whole number from 0 to 100/);
});

test('without --json it prints sentences', () => {
  const { stdout, status } = motion('--from', near.file, '--fps', '10');
  assert.equal(status, 0);
  assert.match(stdout, /s to .* s: score 0\.\d\d, .* % of the picture, at \d+ % x \d+ %\n/);
  assert.match(stdout, /\d+ events in 60\.0 s; \d+ of 600 pictures looked at\n$/);
});

test('damage is skipped, and a file without pictures is refused', () => {
  const bytes = fs.readFileSync(near.file);
  const damaged = path.join(dir, 'damaged.mjpeg');
  bytes.fill(0x41, 200000, 260000);
  fs.writeFileSync(damaged, bytes.subarray(0, bytes.length - 1000));
  const { stderr, status } = motion('--from', damaged, '--fps', '10');
  assert.equal(status, 0);
  assert.match(stderr, /damaged\.mjpeg: \d+ damaged pictures skipped/);
  fs.writeFileSync(damaged, 'no picture at all');
  assert.equal(motion('--from', damaged, '--fps', '10').status, 1);
  assert.match(motion('--from', damaged, '--fps', '10').stderr, /no JPEG in it/);
  assert.match(motion('--from', path.join(dir, 'nothing'), '--fps', '10').stderr, /No such file/);
});
