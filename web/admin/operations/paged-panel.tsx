import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { Pagination } from '../../generated/api.ts';
import { Panel } from '../../shared/ui/panel.tsx';
import type { News } from '../live/news.ts';
import { useFollowed } from '../live/use-followed.ts';
import { AskDialog, type Question } from '../ui/ask-dialog.tsx';
import { PolledView } from '../ui/polled-view.tsx';

const POLL_MS = 3_000;
const ON_A_PAGE = 25;

/** Which part of a list is wanted. */
export interface PageQuery {
  readonly page: number;
  readonly per_page: number;
}

interface PagedPanelProps<T extends { readonly pagination: Pagination }> {
  readonly title: string;
  /** Beside the title; what changes the list asks for it again. */
  readonly aside?: (reload: () => void) => ComponentChildren;
  /** What the list is narrowed to; another one begins at its first page. */
  readonly filter?: string;
  /** The news that say that it has changed. */
  readonly on?: News['event'];
  /** @throws RequestFailed */
  readonly load: (query: PageQuery, signal: AbortSignal) => Promise<T>;
  readonly children: (value: T, ask: (question: Question) => void, reload: () => void) => ComponentChildren;
}

/** A list that is looked at page by page and kept up to date, with questions about its lines. */
export function PagedPanel<T extends { readonly pagination: Pagination }>(props: PagedPanelProps<T>) {
  // A list with another filter has other pages: its state begins anew.
  return <Paged key={props.filter ?? ''} {...props} />;
}

function Paged<T extends { readonly pagination: Pagination }>(props: PagedPanelProps<T>) {
  const { title, aside, on, load, children } = props;
  const [page, setPage] = useState(1);
  const [question, setQuestion] = useState<Question | null>(null);
  const list = useFollowed(async (signal) => await load({ page, per_page: ON_A_PAGE }, signal), {
    on,
    aloneMs: POLL_MS,
    key: String(page),
  });
  const pages = Math.max(page, list.value?.pagination.pages ?? 1);
  return (
    <Panel title={title} aside={aside?.(list.reload)}>
      <PolledView polled={list} lines={10}>
        {(value) => children(value, setQuestion, list.reload)}
      </PolledView>
      {pages > 1 && (
        <div class="pager">
          <button type="button" class="act" disabled={page === 1} onClick={() => setPage(page - 1)}>
            Previous
          </button>
          <span class="small soft numbers">
            Page {page} of {pages}
          </span>
          <button type="button" class="act" disabled={page >= pages} onClick={() => setPage(page + 1)}>
            Next
          </button>
        </div>
      )}
      {question !== null && (
        <AskDialog
          question={question}
          onClose={() => {
            setQuestion(null);
            list.reload();
          }}
        />
      )}
    </Panel>
  );
}
