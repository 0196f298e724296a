import { AlertHistory } from './alert-history.tsx';
import { AlertRules } from './alert-rules.tsx';

/** What notifies whom, and what has. */
export function Alerts() {
  return (
    <>
      <AlertRules />
      <AlertHistory />
    </>
  );
}
