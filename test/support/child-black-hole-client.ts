/** Run in a network namespace: a reflector with its real times, that prints a line for all that it is told. */
import { Reflector } from '#kube/reflector.ts';
import { causeOf } from '#kube/errors.ts';
import { Transport } from '#kube/transport.ts';
import { clusterAt } from './fake-server.ts';
import { PODS } from './kube-reflector.ts';

const transport = new Transport({ cluster: clusterAt(new URL(process.argv[2] ?? '')) });
const reflector = new Reflector<undefined>({
  transport,
  resource: PODS,
  project: () => undefined,
  handler: {
    put: (_, { resourceVersion }) => {
      console.log(`put ${resourceVersion}`);
    },
    remove: () => undefined,
    state: () => undefined,
    connected: () => {
      console.log('connected');
    },
    failed: (error) => {
      console.log(`failed ${causeOf(error)}`);
    },
  },
});
reflector.start();
