import { render } from 'preact';
import '../shared/styles/tokens.css';
import '../shared/styles/base.css';
import '../shared/styles/parts.css';
import './studio.css';
import { restoreDraft } from './draft/draft-store.ts';
import { Studio } from './studio.tsx';

const root = document.getElementById('app');
if (root === null) throw new Error('The page has no place for the app');
void restoreDraft();
render(<Studio />, root);
