/** The start page. */
import { Anchor, Check, FileStack, GitMerge, Keyboard, Receipt, ShieldCheck } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useLocation } from 'react-router';
import { Page } from '../page/layout';
import { ButtonLink } from '../ui/button';
import { Notice } from '../ui/notice';
import { words } from '../words/shell';
import { words as start } from '../words/start';
import { CallToAction } from './call-to-action';
import { Footer } from './footer';
import { ProductPicture } from './product-picture';
import { Steps } from './steps';

const text = start.landing;
const ICONS = [Anchor, Check, GitMerge, FileStack, Keyboard, Receipt];

export default function Landing() {
  return (
    <Page title={words.common.product}>
      <AccountDeletedNotice />
      <Hero />
      <Section title={text.howTitle}>
        <Steps />
      </Section>
      <Section title={text.moreTitle} isSunken>
        <Features />
      </Section>
      <Privacy />
      <ClosingSection />
      <Footer />
    </Page>
  );
}

function AccountDeletedNotice() {
  const { state } = useLocation();
  const [isDeleted] = useState(
    typeof state === 'object' && state !== null && 'deleted' in state && state.deleted === true,
  );
  if (!isDeleted) return null;
  return (
    <div className="mx-auto max-w-2xl px-4 pt-6">
      <Notice kind="success" title={text.deleted}>
        {text.deletedText}
      </Notice>
    </div>
  );
}

function Hero() {
  return (
    <section className="mx-auto max-w-6xl px-4 pt-14 pb-16 sm:px-6 sm:pt-24 sm:pb-24">
      <div className="mx-auto max-w-3xl text-center">
        <h1 className="text-4xl leading-[1.1] font-semibold tracking-[-0.025em] text-balance sm:text-6xl">
          {text.title}
        </h1>
        <p className="mx-auto mt-6 max-w-2xl text-base text-pretty text-dim sm:text-lg">{text.text}</p>
        <div className="mt-8 flex flex-wrap justify-center gap-3">
          <CallToAction />
        </div>
      </div>
      <div className="mt-14 sm:mt-20">
        <ProductPicture />
      </div>
    </section>
  );
}

function Section({ title, isSunken = false, children }: { title: string; isSunken?: boolean; children: ReactNode }) {
  return (
    <section className={isSunken ? 'border-y border-line-soft bg-sunken' : ''}>
      <div className="mx-auto max-w-6xl px-4 py-16 sm:px-6 sm:py-20">
        <h2 className="mb-8 text-2xl font-semibold tracking-tight">{title}</h2>
        {children}
      </div>
    </section>
  );
}

function Features() {
  return (
    <ul className="grid gap-x-10 gap-y-8 sm:grid-cols-2 lg:grid-cols-3">
      {text.more.map((point, index) => {
        const Icon = ICONS[index] ?? Check;
        return (
          <li key={point.title} className="flex gap-3.5">
            <Icon size={20} aria-hidden="true" className="mt-0.5 shrink-0 text-accent-text" />
            <div>
              <h3 className="font-semibold">{point.title}</h3>
              <p className="mt-1 text-dim">{point.text}</p>
            </div>
          </li>
        );
      })}
    </ul>
  );
}

function Privacy() {
  return (
    <section className="mx-auto max-w-6xl px-4 pt-16 sm:px-6 sm:pt-20">
      <div className="flex flex-wrap items-center gap-x-10 gap-y-5 rounded-md border border-line bg-raised p-6 sm:p-8">
        <ShieldCheck size={36} strokeWidth={1.5} aria-hidden="true" className="shrink-0 text-ok" />
        <div className="min-w-64 flex-1">
          <h2 className="text-xl font-semibold tracking-tight">{text.privacyTitle}</h2>
          <p className="mt-1 max-w-2xl text-dim">{text.privacy}</p>
        </div>
        <ButtonLink to="/about#code">{text.privacyMore}</ButtonLink>
      </div>
    </section>
  );
}

function ClosingSection() {
  return (
    <section className="mx-auto max-w-6xl px-4 py-16 text-center sm:px-6 sm:py-24">
      <h2 className="text-3xl font-semibold tracking-tight">{text.endTitle}</h2>
      <p className="mt-2 text-dim">{text.endText}</p>
      <div className="mt-6 flex flex-wrap justify-center gap-3">
        <CallToAction />
      </div>
    </section>
  );
}
