import { expect } from 'chai';
import { fitsAny } from '#model/pattern.ts';

describe('[unit] pattern', () => {
  it('fits a whole word, or what begins with what stands before a star', () => {
    const patterns = ['kube-system', 'gke-*'];
    const names = ['kube-system', 'kube-system-2', 'gke-', 'gke-managed', 'gk', ''];
    expect(names.map((name) => fitsAny(name, patterns))).to.deep.equal([true, false, true, true, false, false]);
  });
});
