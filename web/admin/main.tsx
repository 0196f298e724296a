import { render } from 'preact';
import '../shared/styles/tokens.css';
import '../shared/styles/base.css';
import '../shared/styles/parts.css';
import './admin.css';
import { Admin } from './admin.tsx';

const root = document.getElementById('app');
if (root === null) throw new Error('The page has no place for the app');
render(<Admin />, root);
