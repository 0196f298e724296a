import { defineQueue } from './queue-definition.js';

describe('defineQueue', () => {
  it('fills in what was not said', () => {
    expect(defineQueue({ name: 'x' })).toMatchObject({
      retryLimit: 2,
      heartbeatSeconds: 10,
      uniqueness: 'queued',
      deadLetterName: 'x.dead',
    });
  });

  it('refuses a heartbeat that the queue would not take', () => {
    expect(() => defineQueue({ name: 'x', heartbeatSeconds: 5 })).toThrow(RangeError);
  });
});
