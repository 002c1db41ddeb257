import { html, nothing } from "lit";
import type { DiagnosisCard } from "../protocol";
import type { View } from "./context";
import { facts } from "./parts";

/** Why 月付 cannot be used: the cause, the ledger's evidence for it, and the remedy that fits. */
export const diagnosis: View<DiagnosisCard> = (card, { t, language }) => html`
  <section class="card" lang="zh-CN" aria-label=${card.title}>
    <h3>${card.title}</h3>
    ${card.evidence?.length ? facts(card.evidence) : nothing}
    ${card.remedy ? html`<p class="remedy"><span lang=${language}>${t.remedy}</span>${card.remedy}</p>` : nothing}
  </section>
`;
