/** A gate judges a change, not luck: laws are tried on the same histories every time. `KP_EXPLORE=1` tries others; a failure prints its seed. */
import fc from 'fast-check';

if (process.env['KP_EXPLORE'] === undefined) fc.configureGlobal({ seed: 20_261_121 });
