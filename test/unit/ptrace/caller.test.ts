/** What a served call answers when it cannot be made. */

import { describe, expect, it } from 'vitest';
import { ERRNO } from '../../../src/abi/errno.ts';
import { answering, Refusal } from '../../../src/ptrace/caller.ts';

const failing = (error: unknown) => (): number => {
  throw error;
};

describe('answering', () => {
  it('gives the result, or the errno of a refusal', () => {
    expect(answering(() => 7)).toBe(7);
    expect(answering(failing(new Refusal(ERRNO.EFAULT)))).toBe(-ERRNO.EFAULT);
  });

  it('R50: says ESRCH when SIGKILL broke the stop while the request looked at it', () => {
    const gone = Object.assign(new Error('the task was killed meanwhile'), { code: 'ESRCH' });
    expect(answering(failing(gone))).toBe(-ERRNO.ESRCH);
  });

  it('lets other errors pass', () => {
    expect(() => answering(failing(new RangeError('a bug')))).toThrow('a bug');
  });
});
