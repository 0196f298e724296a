import { Backlog } from './backlog.tsx';
import { Fleet } from './fleet.tsx';
import { LiveErrors } from './live-errors.tsx';
import { Services } from './services.tsx';

/** How things stand at this moment. */
export function Now() {
  return (
    <div class="now">
      <div class="now-side">
        <Fleet />
        <Backlog />
      </div>
      <Services />
      <LiveErrors />
    </div>
  );
}
