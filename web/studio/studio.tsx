import { Brand } from '../shared/ui/brand.tsx';
import { PriceList } from './payments/price-list.tsx';

/** The page for customers. */
export function Studio() {
  return (
    <>
      <a class="skip-link" href="#main">
        Skip to the content
      </a>
      <header class="page-head">
        <Brand />
      </header>
      <main id="main" class="page">
        <div class="hero">
          <h1>Your track, in motion.</h1>
          <p class="hero-line">
            Upload a song, choose a look, and get a video in full HD that moves to your music. Pay once, per video.
          </p>
        </div>
        <PriceList />
      </main>
    </>
  );
}
