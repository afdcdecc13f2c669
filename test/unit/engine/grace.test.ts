import { expect } from 'chai';
import type { Manifest } from '#model/check.ts';
import { aPolicy, aService, aged, anHttpRoute, anIngress } from '#checks/samples.ts';
import { World } from '../../support/world.ts';

const NEW: readonly (readonly [string, Manifest, string])[] = [
  ['a policy', aPolicy({ podSelector: { matchLabels: { app: 'soon' } } }), 'KP-NET-004'],
  ['an Ingress', anIngress(), 'KP-NET-016'],
  ['a route', anHttpRoute(), 'KP-NET-016'],
  ['a Service', aService(), 'KP-NET-016'],
];

describe('[unit] what refers to something may be a moment ahead of it', () => {
  for (const [name, manifest, check] of NEW)
    it(`${name}: nothing is said for five minutes, and then it is`, () => {
      const world = new World([aged(60, manifest)], undefined, { complete: true });
      const found = [world.findingsOf(check).length];
      for (const seconds of [239, 1]) {
        world.wait(seconds);
        found.push(world.findingsOf(check).length);
      }
      expect(found).to.deep.equal([0, 0, 1]);
    });

  it('as long as the parameter says', () => {
    const world = new World([aged(60, anIngress())], undefined, { complete: true, parameters: { danglingGrace: 60 } });
    expect(world.findingsOf('KP-NET-016').length).to.equal(1);
  });

  it('what does not say when it was made is no moment old', () => {
    const world = new World([anIngress()], undefined, { complete: true });
    expect(world.findingsOf('KP-NET-016').length).to.equal(1);
  });
});
