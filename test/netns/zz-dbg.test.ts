import { it } from 'vitest';
import { useScene } from './scene.ts';
const scene = useScene();
it('dbg', async () => {
  const { vpc, enid } = scene;
  for (let i = 0; i < 16; i++) await vpc.attach({ subnet: i % 4, count: 10 });
  await enid.untilConfigured('eth16');
  await enid.stop();
  for (let i = 0; i < 3; i++) { const t = performance.now(); const r = await vpc.server.run([process.execPath, 'dist/enid.cjs', 'reconfigure', '--log-level','debug'].map((x) => x === 'dist/enid.cjs' ? `${process.cwd()}/dist/enid.cjs` : x)); console.log(performance.now() - t, r.code, r.stdout.slice(0, 300), r.stderr.slice(0,600)); }
  const r = await vpc.server.run([process.execPath, '--cpu-prof', '--cpu-prof-interval', '200', '--cpu-prof-dir=/.host/tmp/prof', `${process.cwd()}/dist/enid.cjs`, 'reconfigure']);
  console.log(r.code, r.stderr);
}, 120000);
