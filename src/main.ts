import { generate } from './cli/gen/gen.ts';
console.log(await generate('.', { check: process.argv.includes('--check') }));
