import type { ComponentChildren } from "preact";

function Icon({ children, turns = false }: { children: ComponentChildren; turns?: boolean }) {
  return (
    // What points forward points the other way where lines run from right to left.
    <svg
      class={turns ? "icon icon-turns" : "icon"}
      viewBox="0 0 24 24"
      aria-hidden="true"
      focusable="false"
    >
      {children}
    </svg>
  );
}

export const ChatIcon = () => (
  <Icon>
    <path d="M12 3.2c-5.2 0-9.2 3.5-9.2 8 0 2.4 1.1 4.5 3 6l-.6 3.1c-.1.5.4.9.9.7l3.3-1.5c.8.2 1.7.3 2.6.3 5.2 0 9.2-3.7 9.2-8.6s-4-8-9.2-8z" />
    <path d="M8.2 13.2c1 1.2 2.3 1.8 3.8 1.8s2.8-.6 3.8-1.8" class="icon-cut" />
  </Icon>
);

export const SparkIcon = () => (
  <Icon>
    <path d="M11 3.5c.8 4.4 2.7 6.3 7.1 7.1-4.4.8-6.3 2.7-7.1 7.1-.8-4.4-2.7-6.3-7.1-7.1 4.4-.8 6.3-2.7 7.1-7.1z" />
    <path d="M18.5 14.5c.35 2 1.2 2.9 3.2 3.2-2 .35-2.9 1.2-3.2 3.2-.35-2-1.2-2.9-3.2-3.2 2-.3 2.9-1.2 3.2-3.2z" />
  </Icon>
);

export const CloseIcon = () => (
  <Icon>
    <path class="icon-line" d="M6.5 6.5l11 11m0-11l-11 11" />
  </Icon>
);

export const DownIcon = () => (
  <Icon>
    <path class="icon-line" d="M5.5 9.2L12 15.7l6.5-6.5" />
  </Icon>
);

export const RestartIcon = () => (
  <Icon>
    <path class="icon-line" d="M19.2 12a7.2 7.2 0 1 1-2.3-5.3M19.4 3.8v3.7h-3.7" />
  </Icon>
);

export const SendIcon = () => (
  <Icon>
    <path class="icon-line" d="M12 19V5.5M6 11.3L12 5.3l6 6" />
  </Icon>
);

export const BackIcon = () => (
  <Icon turns>
    <path class="icon-line" d="M14.5 6L8.5 12l6 6" />
  </Icon>
);

export const OnIcon = () => (
  <Icon turns>
    <path class="icon-line" d="M9.5 6l6 6-6 6" />
  </Icon>
);

export const ThumbIcon = () => (
  <Icon>
    <path
      class="icon-line"
      d="M7.5 10.5v9h-3v-9zM7.5 18.7c1.2.5 2.3.8 4 .8h4.3c1.2 0 2-.7 2.3-1.9l1.2-4.7c.3-1.3-.6-2.4-1.9-2.4h-3.7l.6-3.7c.2-1.3-.7-2.3-2-2.3L7.5 10.5"
    />
  </Icon>
);

export const WarningIcon = () => (
  <Icon>
    <path
      class="icon-line"
      d="M12 8.2v4.6M12 16.1v.1M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17z"
    />
  </Icon>
);

export const CheckIcon = () => (
  <Icon>
    <path class="icon-line" d="M5 12.6l4.4 4.4L19 7.4" />
  </Icon>
);

export const MoreIcon = () => (
  <Icon>
    <path d="M12 4.2a1.9 1.9 0 1 1 0 3.8 1.9 1.9 0 0 1 0-3.8zm0 5.9a1.9 1.9 0 1 1 0 3.8 1.9 1.9 0 0 1 0-3.8zm0 5.9a1.9 1.9 0 1 1 0 3.8 1.9 1.9 0 0 1 0-3.8z" />
  </Icon>
);

export const PersonIcon = () => (
  <Icon>
    <path
      class="icon-line"
      d="M12 4.2a3.7 3.7 0 1 1 0 7.4 3.7 3.7 0 0 1 0-7.4zM4.8 19.8c.7-3.4 3.5-5.3 7.2-5.3s6.5 1.9 7.2 5.3"
    />
  </Icon>
);

export const DownloadIcon = () => (
  <Icon>
    <path class="icon-line" d="M12 4.5v10.8M7.3 10.8L12 15.5l4.7-4.7M5 19.5h14" />
  </Icon>
);

export const PlaneIcon = () => (
  <Icon>
    <path class="icon-line" d="M20.3 4.3L3.6 11l5.6 2.2L18 7l-6.6 7.9 5.4 4z" />
  </Icon>
);

export const StarIcon = () => (
  <Icon>
    <path d="M12 3.4l2.6 5.4 5.9.8-4.3 4.1 1 5.9-5.2-2.8-5.2 2.8 1-5.9L3.5 9.6l5.9-.8z" />
  </Icon>
);

export const BellIcon = () => (
  <Icon>
    <path
      class="icon-line"
      d="M6.5 16.5V11a5.5 5.5 0 0 1 11 0v5.5l1.5 1.8H5zM10 20.6a2.2 2.2 0 0 0 4 0"
    />
  </Icon>
);
