import { Button } from '../../shared/ui/button.tsx';
import { Field } from '../../shared/ui/field.tsx';
import { textOf } from '../../shared/ui/form-text.ts';
import { Panel } from '../../shared/ui/panel.tsx';
import { hashOf } from '../routes.ts';
import { ErrorSeries } from './error-series.tsx';
import { GroupList } from './group-list.tsx';

/** Errors as a course, as problems, and by request. */
export function Errors() {
  return (
    <>
      <RequestSearch />
      <ErrorSeries />
      <GroupList />
    </>
  );
}

function RequestSearch() {
  return (
    <Panel title="Find a request">
      <form
        class="search"
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          const requestId = textOf(event.currentTarget, 'request').trim();
          if (requestId !== '') location.hash = hashOf({ view: 'story', requestId });
        }}
      >
        <Field label="Request id" name="request" type="text" autocomplete="off" required maxLength={64} />
        <Button type="submit" kind="quiet">
          Show its story
        </Button>
      </form>
    </Panel>
  );
}
