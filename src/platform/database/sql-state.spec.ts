import { isConnectionLoss, isTransactionConflict } from './sql-state.js';

function withCode(code: string): Error {
  return Object.assign(new Error('x'), { code });
}

describe('isTransactionConflict', () => {
  it.each(['40001', '40P01'])('knows %s, also when it was wrapped', (code) => {
    expect(isTransactionConflict(withCode(code))).toBe(true);
    expect(isTransactionConflict(new Error('wrapped', { cause: { driverError: withCode(code) } }))).toBe(true);
  });

  it.each(['23505', '40002', '57P01'])('does not take %s for one', (code) => {
    expect(isTransactionConflict(withCode(code))).toBe(false);
  });

  it.each([null, undefined, 'text', 7, {}])('says no to %p', (value) => {
    expect(isTransactionConflict(value)).toBe(false);
  });

  it('ends on a cycle of causes', () => {
    const first = new Error('first');
    const second = new Error('second', { cause: first });
    first.cause = second;
    expect(isTransactionConflict(first)).toBe(false);
  });
});

describe('isConnectionLoss', () => {
  it.each(['08006', '08P01', '57P01', '57P02', '57P03', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE'])('knows %s', (code) => {
    expect(isConnectionLoss(withCode(code))).toBe(true);
  });

  it.each([
    'Connection terminated',
    'Connection terminated unexpectedly',
    'Client has encountered a connection error and is not queryable',
  ])("knows node-postgres's own error, which has no code: %s", (message) => {
    expect(isConnectionLoss(new Error(message))).toBe(true);
  });

  it('does not take a connection for lost that was never made', () => {
    const cause = new Error('Connection terminated unexpectedly');
    expect(isConnectionLoss(new Error('Connection terminated due to connection timeout', { cause }))).toBe(false);
  });

  it.each(['57014', '57P04', '53300', '40001', '80000'])('does not take %s for one', (code) => {
    expect(isConnectionLoss(withCode(code))).toBe(false);
  });
});
