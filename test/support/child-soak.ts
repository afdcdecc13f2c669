/**
 * Twenty reflectors on a server that closes every watch after a moment, resets some, and goes away altogether now and
 * then, while its objects change. Prints what the process holds, four times a quarter; run with --expose-gc and the
 * number of seconds.
 */
import { readdirSync } from 'node:fs';
import { Reflector } from '#kube/reflector.ts';
import { Transport } from '#kube/transport.ts';
import { clusterAt, fakeServer, watching, type WatchScript } from './fake-server.ts';
import { initial, modified, pod, PODS } from './kube-reflector.ts';

export interface Sample {
  readonly descriptors: number;
  readonly heap: number;
  readonly reconnects: number;
}

const KINDS = 20;
const PODS_HELD = 200;
const SAMPLES = 16;
const seconds = Number(process.argv[2] ?? 30);

let version = 1;
const open = new Set<WatchScript>();
const server = await fakeServer((asked, response) => {
  const pods = Array.from({ length: PODS_HELD }, (_, i) => pod(`p${String(i)}`, version));
  const events = asked.query['sendInitialEvents'] === 'true' ? initial(version, ...pods) : [];
  void watching(events, (stream) => {
    open.add(stream);
    response.once('close', () => open.delete(stream));
  })(asked, response);
});
const transport = new Transport({ cluster: clusterAt(server.url) });
const reflectors = Array.from(
  { length: KINDS },
  (_, i) =>
    new Reflector<string>({
      transport,
      resource: PODS,
      // Back-off at its shortest.
      random: () => i / 1000,
      limits: { endMarkMs: 2000 },
      project: (raw) => JSON.stringify(raw),
      handler: { put: () => undefined, remove: () => undefined, state: () => undefined },
    }),
);
const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
const reconnects = (): number => sum(reflectors.flatMap(({ stats }) => Object.values(stats.reconnects)));

const samples: Sample[] = [];
const sample = (): void => {
  for (let round = 0; round < 2; round += 1) globalThis.gc?.();
  samples.push({
    descriptors: readdirSync('/proc/self/fd').length,
    heap: process.memoryUsage().heapUsed,
    reconnects: reconnects(),
  });
};

/** Every watch has an event, and then one of its ends. */
let beat = 0;
const pulse = setInterval(() => {
  beat += 1;
  version += 1;
  // The server's memory of requests is not what is measured.
  server.requests.length = 0;
  for (const [at, stream] of [...open].entries()) {
    stream.send(modified(`p${String(version % PODS_HELD)}`, version));
    if ((at + beat) % 4 === 0) stream.end();
    else if ((at + beat) % 16 === 1) stream.reset();
  }
  if (beat % 50 === 0) void server.close().then(() => server.reopen());
}, 100);
for (const reflector of reflectors) reflector.start();
const every = (seconds * 1000) / SAMPLES;
const sampling = setInterval(() => {
  sample();
  if (samples.length < SAMPLES) return;
  clearInterval(sampling);
  clearInterval(pulse);
  void Promise.all(reflectors.map((reflector) => reflector.stop())).then(() => {
    console.log(JSON.stringify(samples));
    process.exit(0);
  });
}, every);
