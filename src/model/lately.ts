/** The checks of an object ask the same of its few texts, one check after another: so many answers are remembered, and no more. */
const AT_MOST = 64;

/** A pure function of a text that remembers its last answers. Who asks gives texts that have memory of their own: they are held. */
export function lately<T extends object | string>(of: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    let answer = known.get(text);
    if (answer === undefined) {
      answer = of(text);
      if (known.size >= AT_MOST) known.clear();
      known.set(text, answer);
    }
    return answer;
  };
}
