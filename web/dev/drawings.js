// Development only: a drawn picture for each kind of goods in the development shop.

const SHAPES = {
  mug: (c) =>
    `<path d="M140 130h100v110a30 30 0 0 1-30 30h-40a30 30 0 0 1-30-30z" fill="${c}"/><path d="M240 155h16a32 32 0 0 1 0 64h-16" fill="none" stroke="${c}" stroke-width="16"/><ellipse cx="190" cy="130" rx="50" ry="12" fill="#0003"/>`,
  lamp: (c) =>
    `<path d="M150 110h100l34 90H116z" fill="${c}"/><rect x="193" y="200" width="14" height="80" fill="#7a6652"/><ellipse cx="200" cy="286" rx="52" ry="10" fill="#7a6652"/>`,
  chair: (c) =>
    `<rect x="136" y="90" width="128" height="104" rx="26" fill="${c}"/><rect x="124" y="196" width="152" height="38" rx="16" fill="${c}"/><path d="M140 234l-14 72M260 234l14 72M164 234v60M236 234v60" stroke="#8a6a48" stroke-width="10" stroke-linecap="round"/>`,
  backpack: (c) =>
    `<path d="M160 100a40 30 0 0 1 80 0" fill="none" stroke="${c}" stroke-width="12"/><rect x="128" y="100" width="144" height="186" rx="46" fill="${c}"/><rect x="148" y="196" width="104" height="70" rx="16" fill="#0002"/><path d="M148 170h104" stroke="#fff8" stroke-width="5"/>`,
  jacket: (c) =>
    `<path d="M160 96h80l54 36 14 130-36 6-8-74v94H136v-94l-8 74-36-6 14-130z" fill="${c}"/><path d="M200 104v184" stroke="#0003" stroke-width="4"/><path d="M170 96l30 30 30-30" fill="none" stroke="#fff6" stroke-width="8"/>`,
  headphones: (c) =>
    `<path d="M120 220v-22a80 80 0 0 1 160 0v22" fill="none" stroke="${c}" stroke-width="16"/><rect x="104" y="206" width="42" height="76" rx="20" fill="${c}"/><rect x="254" y="206" width="42" height="76" rx="20" fill="${c}"/>`,
  sneaker: (c) =>
    `<path d="M96 190c30 4 48-8 62-34l70 46c20 12 70 12 76 40v20H96z" fill="${c}"/><path d="M96 262h208v16a10 10 0 0 1-10 10H106a10 10 0 0 1-10-10z" fill="#f5f2ec"/><path d="M176 170l-18 22M196 184l-18 22M216 198l-18 20" stroke="#fff" stroke-width="6" stroke-linecap="round"/>`,
  plant: (c) =>
    `<path d="M200 210c-60-10-70-60-62-96 40 10 62 40 62 96zM200 210c60-14 66-60 60-100-42 14-60 44-60 100zM200 214c-10-60-6-100 0-130 12 36 14 80 0 130z" fill="${c}"/><path d="M154 214h92l-12 74h-68z" fill="#c98a62"/>`,
};

export function drawProduct({ shape, color, backdrop }) {
  const draw = SHAPES[shape] ?? SHAPES.mug;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400"><defs>` +
    `<radialGradient id="b" cx="50%" cy="36%" r="78%"><stop offset="0" stop-color="#fff"/>` +
    `<stop offset="1" stop-color="${backdrop}"/></radialGradient></defs>` +
    `<rect width="400" height="400" fill="url(#b)"/>` +
    `<ellipse cx="200" cy="300" rx="112" ry="13" fill="#0002"/>${draw(color)}</svg>`
  );
}
