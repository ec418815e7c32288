import { webAddress } from "../../../shared/address";
import type { Detail } from "../../wire";
import { useLanguage } from "../../words";
import { exactly } from "../parts/time";
import { shopperName } from "../shopper-name";

/** Who it is, where they are, and why they came to us. */
export function ShopperFacts({ detail }: { detail: Detail }) {
  const { say, name, locale } = useLanguage();
  const { conversation, page } = detail;
  const address = webAddress(page?.url, location.href);
  return (
    <dl className="facts card-facts">
      <div>
        <dt>{say("shopper")}</dt>
        <dd>
          {shopperName(conversation, say)}
          {conversation.customer && <span className="chip chip-leaf">{say("signed_in")}</span>}
        </dd>
      </div>
      {conversation.reason && (
        <div>
          <dt>{say("reason")}</dt>
          <dd>{name("reason", conversation.reason)}</dd>
        </div>
      )}
      {page && (
        <div>
          <dt>{say("page")}</dt>
          <dd>
            {address ? (
              <a
                className="said-link clip"
                href={address}
                target="_blank"
                rel="noopener noreferrer nofollow"
                title={page.url}
              >
                {page.title ?? pathOf(address)}
              </a>
            ) : (
              <span className="clip">{page.title ?? page.url}</span>
            )}
          </dd>
        </div>
      )}
      <div>
        <dt>{say("began")}</dt>
        <dd>{exactly(conversation.created_at, locale)}</dd>
      </div>
    </dl>
  );
}

function pathOf(address: string): string {
  const { host, pathname } = new URL(address);
  return pathname === "/" ? host : pathname;
}
