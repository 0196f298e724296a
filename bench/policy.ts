/**
 * What the policy costs and how it behaves under load, on the real clock. It measures the build, prints every figure with its
 * bar, and ends with status 1 when one is missed.
 */
import { report } from './findings.ts';
import { budget, halfOpenCrowd, openCircuit } from './policy/outage.ts';
import { overhead } from './policy/overhead.ts';

report('A call through a half-open circuit and after it', await halfOpenCrowd());
report('A dependency that is down', [...(await openCircuit()), ...(await budget())]);
report('Cost of a call that…, medians over alternating rounds', await overhead());
