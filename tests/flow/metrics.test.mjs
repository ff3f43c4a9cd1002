// What Prometheus scrapes, judged by Prometheus' own tool.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { boot } from './harness.mjs';

/** What promtool says against a text of metrics; empty if nothing. */
function objections(text) {
  const { stdout, stderr, error } = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
  assert.ifError(error);
  return stdout + stderr;
}

test('promtool finds nothing wrong with the metrics', async (t) => {
  const house = await boot(t);
  await house.camera('porch');
  await house.camera('gate');
  const page = await house.page();
  page.send({ type: 'start', camera: 'porch', rendition: 'h264' });
  await house.state('porch', 'awake');
  const text = await (await house.get('/metrics')).text();
  assert.equal(objections(text), '');
  assert.match(text, /^eyelid_encode_seconds_bucket\{camera="porch",le="\+Inf"\} \d/m);
  assert.match(objections(text.replaceAll('eyelid_starts_total', 'eyelid_starts')), /eyelid_starts counter metrics should have "_total" suffix/);
});
