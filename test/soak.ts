/** `npm run soak -- --minutes 10`: test/support/soak.ts for as long as one likes; its last lines are the figures. */
import { parseArgs } from 'node:util';
import { soak, soakMissing } from './support/soak.ts';

const { minutes } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } }).values;
if (!(Number(minutes) > 0)) {
  console.error(`soak: --minutes ${minutes} is no length of time`);
  process.exit(2);
}
if (soakMissing !== undefined) {
  console.error(`soak: ${soakMissing}`);
  process.exit(2);
}
console.log(`soak: ${minutes} minutes`);
const { figures, broken } = await soak(Number(minutes) * 60);
for (const law of broken) console.log(`BROKEN: ${law}`);
for (const figure of figures) console.log(figure);
process.exitCode = broken.length === 0 ? 0 : 1;
