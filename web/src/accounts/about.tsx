/** The About page: what CodeSensei is, how it works, and what happens to code. */
import type { ReactNode } from 'react';
import { Page } from '../page/layout';
import { words } from '../words/shell';
import { words as start } from '../words/start';
import { CallToAction } from './call-to-action';
import { Footer } from './footer';
import { ProductPicture } from './product-picture';
import { Steps } from './steps';

const text = start.about;

export default function About() {
  return (
    <Page title={words.common.about}>
      <div className="mx-auto flex max-w-5xl flex-col gap-14 px-4 py-12 sm:gap-20 sm:px-6 sm:py-16">
        <header>
          <h1 className="text-3xl font-semibold tracking-tight sm:text-4xl">{text.title}</h1>
          <p className="mt-4 max-w-2xl text-base text-pretty text-dim sm:text-lg">{text.lead}</p>
        </header>
        <ProductPicture />
        <Section title={start.landing.howTitle}>
          <Steps />
        </Section>
        <Section title={text.codeTitle} id="code">
          <dl className="divide-y divide-line-soft border-y border-line-soft">
            {text.code.map((fact) => (
              <div key={fact.title} className="grid gap-x-8 gap-y-1 py-5 md:grid-cols-[240px_1fr]">
                <dt className="font-semibold">{fact.title}</dt>
                <dd className="max-w-2xl text-dim">{fact.text}</dd>
              </div>
            ))}
          </dl>
        </Section>
        <Section title={text.endTitle}>
          <div className="flex flex-wrap gap-3">
            <CallToAction />
          </div>
        </Section>
      </div>
      <Footer />
    </Page>
  );
}

function Section({ title, id, children }: { title: string; id?: string; children: ReactNode }) {
  return (
    <section id={id} ref={scrollToFragment} className="scroll-mt-8">
      <h2 className="mb-6 text-2xl font-semibold tracking-tight">{title}</h2>
      {children}
    </section>
  );
}

/** Scrolls to the section that the URL's fragment names; the router does not. */
function scrollToFragment(section: HTMLElement | null): void {
  if (section?.id && window.location.hash === `#${section.id}`) section.scrollIntoView();
}
