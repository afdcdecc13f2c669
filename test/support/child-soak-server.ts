/**
 * The server of a soak: its objects change ten times a second, its watches break twice a second in one way after the
 * other, now and then it forgets its history, and it goes away altogether for a moment. `POST /calm` ends all that.
 */
import { fakeServer } from './fake-server.ts';
import { ModelServer, type Fault } from './kube-model.ts';

const NAMES = 200;
const FAULTS: readonly Fault[] = ['end', 'reset', 'cut', 'garbage', 'error', 'gone', 'headless'];
const CHANGES = ['update', 'update', 'update', 'delete', 'create', 'recreate'] as const;
const BEAT_MS = 100;
/** In beats. */
const EVERY = { fault: 5, forget: 61, flap: 50 };

const model = new ModelServer(false);
for (let name = 0; name < NAMES; name += 1) model.run({ op: 'create', name });

let beat = 0;
const server = await fakeServer((asked, response) => {
  if (asked.path !== '/calm') return model.answer(asked, response);
  clearInterval(pulse);
  response.end();
});
const pulse = setInterval(() => {
  beat += 1;
  // Its memory of requests is for tests that look at them.
  server.requests.length = 0;
  model.run({ op: CHANGES[beat % CHANGES.length]!, name: (beat * 37) % NAMES });
  if (beat % EVERY.forget === 0) model.run({ op: 'fault', fault: 'forget' });
  if (beat % EVERY.fault === 0) model.run({ op: 'fault', fault: FAULTS[(beat / EVERY.fault) % FAULTS.length]! });
  if (beat % EVERY.flap === 0) void server.close().then(() => server.reopen());
}, BEAT_MS);
console.log(server.url.href);
