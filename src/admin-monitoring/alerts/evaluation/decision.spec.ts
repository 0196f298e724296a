import type { AlertKind } from '../entities/alert-rule.entity.js';
import { type AlertDecision, type AlertState, breaches, decide } from './decision.js';

const START = Date.parse('2030-01-01T00:00:00.000Z');
const at = (seconds: number): Date => new Date(START + seconds * 1_000);

const QUIET: AlertState = { firing: null, lastNotifiedAt: null, lastEndedAt: null };
const RULE = { kind: 'count', errorThreshold: 10, cooldownSeconds: 60 } as const;

describe('breaches', () => {
  it.each<[AlertKind, number, number, boolean]>([
    ['count', 9, 10, false],
    ['count', 10, 10, true],
    ['count', 11, 10, true],
    ['fact', 0, 1, false],
    ['fact', 1, 1, true],
    ['rate', 5, 5, false],
    ['rate', 5.000_001, 5, true],
    ['rate', 0, 0, false],
    ['age', 3_600, 3_600, false],
    ['age', 3_600.001, 3_600, true],
  ])('%s: %d against %d is %s', (kind, value, threshold, expected) => {
    expect(breaches(kind, value, threshold)).toBe(expected);
  });
});

describe('decide', () => {
  const notified = (since: number): AlertState => ({
    firing: { since: at(since), notified: true },
    lastNotifiedAt: at(since),
    lastEndedAt: null,
  });
  const heldBack: AlertState = {
    firing: { since: at(30), notified: false },
    lastNotifiedAt: at(0),
    lastEndedAt: at(20),
  };
  const ended: AlertState = { firing: null, lastNotifiedAt: at(0), lastEndedAt: at(20) };

  it.each<[string, number, AlertState, number, AlertDecision]>([
    ['stays quiet one below the threshold', 9, QUIET, 0, { kind: 'keep' }],
    ['fires at the threshold', 10, QUIET, 0, { kind: 'fire', notify: true }],
    ['does not fire again while it fires', 1_000, notified(0), 10, { kind: 'keep' }],
    ['does not fire again while it fires, after the cooldown', 1_000, notified(0), 600, { kind: 'keep' }],
    ['resolves one below the threshold', 9, notified(0), 10, { kind: 'resolve', notify: true }],
    ['resolves within the cooldown', 0, notified(0), 1, { kind: 'resolve', notify: true }],
    ['fires silently in the last moment of the cooldown', 10, ended, 59.999, { kind: 'fire', notify: false }],
    ['fires aloud when the cooldown is over', 10, ended, 60, { kind: 'fire', notify: true }],
    ['keeps silent about what it held back, during the cooldown', 10, heldBack, 59.999, { kind: 'keep' }],
    ['announces what it held back and still fires then', 10, heldBack, 60, { kind: 'announce' }],
    ['ends silently what it held back', 9, heldBack, 40, { kind: 'resolve', notify: false }],
    ['does not go behind a firing that another process saw later', 0, notified(50), 40, { kind: 'keep' }],
    ['does not go behind an end that another process saw later', 10, ended, 19, { kind: 'keep' }],
  ])('%s', (_, value, state, now, expected) => {
    expect(decide(RULE, value, state, at(now))).toEqual(expected);
  });

  it('knows no cooldown where it is zero', () => {
    const rule = { ...RULE, cooldownSeconds: 0 };
    expect(decide(rule, 10, { firing: null, lastNotifiedAt: at(0), lastEndedAt: at(0) }, at(0))).toEqual({
      kind: 'fire',
      notify: true,
    });
  });
});
