import { type ComponentChildren, render } from 'preact';
import { reportErrors } from './errors/report-errors.ts';
import { PageWording, type Wording } from './errors/wording.ts';
import './styles/tokens.css';
import './styles/base.css';
import './styles/parts.css';
import { Boundary } from './ui/boundary.tsx';

/** Shows a page of ours, and sees to it that its errors become known, in words for those who use it. */
export function mountPage(page: ComponentChildren, wording: Wording): void {
  reportErrors();
  const root = document.getElementById('app');
  if (root === null) throw new Error('The page has no place for the app');
  render(
    <PageWording.Provider value={wording}>
      <Boundary>{page}</Boundary>
    </PageWording.Provider>,
    root,
  );
}
