import { useEffect, useState } from 'preact/hooks';

/** Milliseconds since the epoch, anew each second, for what counts down or says how long ago something was. */
export function useClock(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
