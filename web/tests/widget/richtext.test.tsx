import { render } from "preact";
import { describe, expect, it } from "vitest";
import { RichText } from "../../src/widget/richtext";

function html(text: string): string {
  const place = document.createElement("div");
  render(<RichText text={text} />, place);
  return place.innerHTML;
}

const link = (address: string) =>
  `<a href="${address}" target="_blank" rel="noopener noreferrer nofollow">${address}</a>`;

describe("rich text", () => {
  it.each([
    ["plain words", "plain words"],
    ["two\nlines", "two<br>lines"],
    ["a **bold** word", "a <strong>bold</strong> word"],
    ["**one** and **two**", "<strong>one</strong> and <strong>two</strong>"],
    ["2 ** 3 ** 4", "2 ** 3 ** 4"],
    ["****", "****"],
    ["**open", "**open"],
  ])("%j", (text, expected) => {
    expect(html(text)).toBe(expected);
  });

  it("shows markup as the characters that it is", () => {
    expect(html("<script>x</script>")).toBe("&lt;script&gt;x&lt;/script&gt;");
    expect(html("**<i>x</i>**")).toBe("<strong>&lt;i&gt;x&lt;/i&gt;</strong>");
  });

  it("makes links of web addresses, without the sentence's punctuation", () => {
    const address = "https://shop.example/faq";
    expect(html(`See ${address}.`)).toBe(`See ${link(address)}.`);
    expect(html(`(${address})`)).toBe(`(${link(address)})`);
    expect(html(`**${address}**`)).toBe(`<strong>${link(address)}</strong>`);
  });

  it.each(["javascript:alert(1)", "data:text/html,x", "ftp://host/x", "https://"])(
    "makes no link of %s",
    (text) => {
      expect(html(text)).not.toContain("<a");
    },
  );

  it("lets words stand for an address of this site", () => {
    const checkout = `${location.origin}/checkout?cart=x_-1`;
    expect(html("Go [to the checkout](/checkout?cart=x_-1).")).toBe(
      `Go ${link(checkout).replace(`>${checkout}<`, ">to the checkout<")}.`,
    );
  });

  it("shows another site's address for what it is", () => {
    const address = "https://other.example/pay";
    expect(html(`[my bank](${address})`)).toBe(`my bank (${link(address)})`);
    expect(html("[x](javascript:alert)")).toBe("x (javascript:alert)");
  });
});
