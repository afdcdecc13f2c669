import { expect } from 'chai';
import { Latency } from '#operator/latency.ts';

function measured(): { readonly latency: Latency; readonly seen: number[]; readonly at: (ms: number) => Latency } {
  let now = 0;
  const seen: number[] = [];
  const latency = new Latency(
    () => now,
    (seconds) => seen.push(seconds),
  );
  const at = (ms: number): Latency => {
    now = ms;
    return latency;
  };
  return { latency, seen, at };
}

describe('[unit] latency', () => {
  it('counts from the first event to the write, in seconds', () => {
    const { at, seen } = measured();
    at(1000).touched('web');
    at(1400).touched('web');
    at(2500).written('web');
    at(9000).written('web');
    expect(seen).to.deep.equal([1.5]);
  });

  it('forgets an event that changed nothing', () => {
    const { at, seen } = measured();
    at(1000).touched('web');
    at(1100).unchanged('web');
    at(60_000).touched('web');
    at(60_200).written('web');
    expect(seen).to.deep.equal([0.2]);
  });

  it('is not put off by an event that changes nothing while a write is waited for', () => {
    const { at, seen } = measured();
    at(1000).touched('web');
    at(1010).changed('web');
    at(1020).touched('web');
    at(1030).unchanged('web');
    at(1100).written('web');
    expect(seen).to.deep.equal([0.1]);
  });

  it('forgets what was taken back before it was written', () => {
    const { at, seen } = measured();
    at(1000).touched('web');
    at(1010).changed('web');
    at(1100).skipped('web');
    at(2000).touched('web');
    at(2010).unchanged('web');
    at(3000).written('web');
    expect(seen).to.deep.equal([]);
  });

  it('says nothing of writes that no event asked for', () => {
    const { at, seen, latency } = measured();
    at(5).written('web');
    at(6).touched('db');
    latency.clear();
    at(7).written('db');
    expect(seen).to.deep.equal([]);
  });
});
