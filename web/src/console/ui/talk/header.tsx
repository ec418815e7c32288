import { Menu } from "@base-ui/react/menu";
import {
  ArrowLeft,
  Bot,
  CircleCheck,
  Ellipsis,
  Hand,
  PanelRight,
  Tag,
  UserRoundPlus,
} from "lucide-react";
import { useState } from "react";
import { Link } from "wouter";
import { mayAs, useConsole } from "../../context";
import { useAct, useAssign, useTeam, type Act } from "../../queries";
import type { Summary } from "../../wire";
import { useLanguage } from "../../words";
import { Avatar } from "../parts/avatar";
import { Tip } from "../parts/tip";
import { useTell } from "../parts/toasts";
import { shopperName } from "../shopper-name";
import { useShortcuts } from "../shortcuts";
import { Tags } from "./tags";

interface TalkHeaderProps {
  conversation: Summary;
  cardOpen: boolean;
  onClaimed: () => void;
  onCard: () => void;
}

export function TalkHeader({ conversation, cardOpen, onClaimed, onCard }: TalkHeaderProps) {
  const { say, name } = useLanguage();
  const { user } = useConsole();
  const tell = useTell();
  const act = useAct(conversation.id);
  const assign = useAssign(conversation.id);
  const [tagging, setTagging] = useState(false);
  const { state, owner } = conversation;
  const mine = owner?.id === user.id && state === "human";
  const mayEnd = mine || (state === "human" && mayAs(user, "supervisor"));
  const mayClose = mayEnd || state === "queued" || state === "bot";

  const others = state === "human" && owner !== null && !mine;
  const mayTake = !mine && (!others || mayAs(user, "supervisor"));

  const run = (what: Act) => {
    if (act.isPending) return;
    act.mutate(what, {
      onSuccess: () => {
        if (what === "claim") onClaimed();
      },
      onError: tell.failed,
    });
  };
  const take = () => {
    // Only a supervisor takes a conversation out of a colleague's hands.
    if (others) assign.mutate(user.id, { onSuccess: onClaimed, onError: tell.failed });
    else run("claim");
  };
  useShortcuts({
    c: mayTake ? take : undefined,
    r: mayEnd
      ? () => {
          run("release");
        }
      : undefined,
  });

  return (
    <header className="pane-head talk-head">
      <Link href="/" className="icon-button back" aria-label={say("back")}>
        <ArrowLeft size={18} aria-hidden="true" />
      </Link>
      <Avatar
        name={conversation.customer ? conversation.customer.name : conversation.id}
        nameless={!conversation.customer}
      />
      <div className="talk-who">
        <h1 className="talk-name clip">{shopperName(conversation, say)}</h1>
        <div className="talk-facts">
          <StateChip conversation={conversation} />
          <span className="soft clip">
            {name("channel", conversation.channel)} · {languageName(conversation.locale)}
          </span>
          {conversation.tags.map((tag) => (
            <span key={tag} className="chip talk-tag">
              {tag}
            </span>
          ))}
        </div>
      </div>
      <div className="talk-acts">
        {mayTake && (
          <Tip words={say("claim.hint")} shortcut="c">
            <button
              type="button"
              className="button button-main"
              disabled={act.isPending}
              onClick={take}
            >
              <Hand size={15} aria-hidden="true" />
              {say(state === "closed" ? "reopen" : others ? "take_over" : "claim")}
            </button>
          </Tip>
        )}
        {mayEnd && (
          <Tip words={say("release.hint")} shortcut="r">
            <button
              type="button"
              className="button"
              disabled={act.isPending}
              onClick={() => {
                run("release");
              }}
            >
              <Bot size={15} aria-hidden="true" />
              {say("release")}
            </button>
          </Tip>
        )}
        {mayClose && (
          <Tip words={say("close.hint")}>
            <button
              type="button"
              className="icon-button"
              aria-label={say("close")}
              disabled={act.isPending}
              onClick={() => {
                run("close");
              }}
            >
              <CircleCheck size={18} aria-hidden="true" />
            </button>
          </Tip>
        )}
        <More
          conversation={conversation}
          onTags={() => {
            setTagging(true);
          }}
        />
        <Tip words={say("card")} shortcut="i">
          <button
            type="button"
            className="icon-button"
            aria-label={say("card")}
            aria-pressed={cardOpen}
            onClick={onCard}
          >
            <PanelRight size={18} aria-hidden="true" />
          </button>
        </Tip>
      </div>
      <Tags
        conversation={conversation}
        open={tagging}
        onClose={() => {
          setTagging(false);
        }}
      />
    </header>
  );
}

const CHIPS = { bot: "chip-bot", queued: "chip-amber", human: "chip-leaf", closed: "" } as const;

function StateChip({ conversation: { state, owner } }: { conversation: Summary }) {
  const { say, name } = useLanguage();
  const { user } = useConsole();
  return (
    <span className={`chip ${CHIPS[state]}`}>
      {state === "human" && owner
        ? owner.id === user.id
          ? say("with_you")
          : say("with", { name: owner.name })
        : name("state", state)}
    </span>
  );
}

function More({ conversation, onTags }: { conversation: Summary; onTags: () => void }) {
  const { say } = useLanguage();
  const { user } = useConsole();
  const team = useTeam();
  const assign = useAssign(conversation.id);
  const tell = useTell();
  const { owner, state } = conversation;
  const mayAssign =
    state !== "closed" && (!owner || owner.id === user.id || mayAs(user, "supervisor"));
  const others = (team.data ?? []).filter(
    (member) => !member.disabled && member.id !== user.id && member.id !== owner?.id,
  );
  return (
    <Menu.Root
      onOpenChange={(open) => {
        // Who is there changes by the minute.
        if (open) void team.refetch();
      }}
    >
      <Menu.Trigger className="icon-button" aria-label={say("more")}>
        <Ellipsis size={18} aria-hidden="true" />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner className="popup-layer" align="end" sideOffset={4}>
          <Menu.Popup className="popup">
            <Menu.Item className="item" onClick={onTags}>
              <Tag size={15} aria-hidden="true" />
              {say("tags.edit")}
            </Menu.Item>
            {mayAssign && (
              <>
                <div className="item-rule" />
                <Menu.Group>
                  <Menu.GroupLabel className="item-group">
                    {say(owner ? "transfer" : "assign")}
                  </Menu.GroupLabel>
                  {others.length === 0 && <p className="item soft">{say("nobody_else")}</p>}
                  {others.map((member) => (
                    <Menu.Item
                      key={member.id}
                      className="item"
                      onClick={() => {
                        assign.mutate(member.id, { onError: tell.failed });
                      }}
                    >
                      {owner ? (
                        <Avatar name={member.name} small />
                      ) : (
                        <UserRoundPlus size={15} aria-hidden="true" />
                      )}
                      <span className="clip">{member.name}</span>
                      <span className="item-end">
                        {member.online ? say("online") : say("offline")}
                      </span>
                    </Menu.Item>
                  ))}
                </Menu.Group>
              </>
            )}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

function languageName(locale: string): string {
  try {
    return new Intl.DisplayNames([locale], { type: "language" }).of(locale) ?? locale;
  } catch {
    return locale;
  }
}
