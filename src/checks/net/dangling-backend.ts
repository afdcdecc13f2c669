import { newUntil } from '#facts/age.ts';
import { defineCheckOfMany, judge, type Context, type Word } from '#model/check.ts';
import type { AnyObject } from '#model/objects.ts';
import {
  backendsOfHttpRoute,
  backendsOfIngressObject,
  endpointsOfService,
  type BackendState,
} from '#relations/backends.ts';
import { aPod, aService, anHttpRoute, anIngress, aged } from '../samples.ts';

export const danglingBackend = defineCheckOfMany({
  id: 'KP-NET-016',
  name: 'dangling-backend',
  title: 'Route to a backend that does not exist',
  severity: 'low',
  why: 'Whoever may create the missing object gets the traffic that is meant for it.',
  fix: 'Delete the route or bring the backend back.',
  refs: ['OWASP2022:K07', 'OWASP2025:K05', 'NSA:N8'],
  aspects: { service: 'a backend Service or its port is missing', endpoints: 'the Service leads to no pod' },
  judges: [
    judge({
      subject: 'Ingress',
      inputs: { backends: backendsOfIngressObject },
      *evaluate(ingress, { backends }, context) {
        yield* missing(ingress, backends, context);
      },
    }),
    judge({
      subject: 'HTTPRoute',
      inputs: { backends: backendsOfHttpRoute },
      *evaluate(route, { backends }, context) {
        yield* missing(route, backends, context);
      },
    }),
    judge({
      subject: 'Service',
      inputs: { endpoints: endpointsOfService },
      *evaluate(service, { endpoints: [state] }, context) {
        if (state === undefined || state.targets > 0) return;
        const until = newUntil(service, context.parameters.danglingGrace, context);
        if (until !== undefined) yield { until };
        else if (!context.complete && !state.near)
          yield { aspect: 'endpoints', unknown: 'the files hold no pod that it could select' };
        else yield { at: state.at, aspect: 'endpoints', message: 'no pod stands behind the Service' };
      },
    }),
  ],

  examples: () => ({
    bad: [
      {
        name: 'no such Service',
        subject: anIngress(),
        world: [{ ...aService(), metadata: { name: 'other', namespace: 'shop' } }, aPod()],
        finds: [{ at: AT_INGRESS, aspect: 'service' }],
      },
      {
        name: 'no such port',
        subject: anHttpRoute({ rules: [{ backendRefs: [{ name: 'web', port: 81 }] }] }),
        world: [aService(), aPod()],
        finds: [{ at: 'spec.rules[0].backendRefs[0]', aspect: 'service' }],
      },
      {
        name: 'a selector that fits no pod',
        subject: aService({ selector: { app: 'wbe' } }),
        world: [aPod()],
        finds: [{ at: 'spec.selector', aspect: 'endpoints' }],
      },
    ],
    good: [
      {
        name: 'an Ingress that came a moment before its Service',
        subject: aged(60, anIngress()),
        world: [aPod()],
      },
      {
        name: 'a Service that came a moment before its pods',
        subject: aged(60, aService({ selector: { app: 'soon' } })),
        world: [aPod()],
      },
      { name: 'Service and port are there', subject: anIngress(), world: [aService(), aPod()] },
      { name: 'a route to what is there', subject: anHttpRoute(), world: [aService(), aPod()] },
      {
        name: 'a headless Service',
        subject: aService({ clusterIP: 'None', selector: { app: 'none' } }),
        world: [aPod()],
      },
      { name: 'an alias', subject: aService({ type: 'ExternalName', externalName: 'db.example.com' }) },
    ],
  }),
});

const AT_INGRESS = 'spec.rules[0].http.paths[0].backend';

function* missing(route: AnyObject, backends: readonly BackendState[], context: Context): Generator<Word> {
  const gone = backends.filter(({ isThere }) => !isThere);
  const until = gone.length === 0 ? undefined : newUntil(route, context.parameters.danglingGrace, context);
  if (until !== undefined) {
    yield { until };
    return;
  }
  for (const { at, text, near } of gone) {
    if (!context.complete && !near)
      yield { aspect: 'service', unknown: 'the files hold no Service that it could mean' };
    else yield { at, aspect: 'service', message: `there is no ${text}` };
  }
}
