import type { Deed } from "../../wire";
import { useLanguage } from "../../words";
import { Picture } from "../parts/product";
import { Ago } from "../parts/time";
import { Section } from "./section";

/** What the shopper did on the shop's pages, latest first. */
export function Behaviour({ deeds }: { deeds: readonly Deed[] }) {
  const { say, name } = useLanguage();
  return (
    <Section title={say("behaviour")} hidden={deeds.length === 0}>
      <ol className="deeds">
        {deeds.map((deed, at) => (
          <li key={at} className="deed">
            {deed.product ? (
              <Picture src={deed.product.image_url} title={deed.product.title} />
            ) : (
              <span className="picture" aria-hidden="true" />
            )}
            <span className="product-words">
              <span className="clip">
                <span className="soft">{name("deed", deed.name)}</span>{" "}
                {deed.product?.title ?? (deed.search_term ? `“${deed.search_term}”` : "")}
              </span>
            </span>
            <span className="row-time">
              <Ago at={deed.at} />
            </span>
          </li>
        ))}
      </ol>
    </Section>
  );
}
