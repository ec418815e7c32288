"""The bot's menu of commands, in every language that the shop speaks."""

from telegram import Bot, BotCommand

from gateway.channels.telegram.updates import COMMANDS
from gateway.words import Words


async def set_commands(bot: Bot, words: Words) -> None:
    """Put the commands into Telegram's menu: the shop's own language for all others."""
    for locale in (None, *words.locales):
        await bot.set_my_commands(
            [
                BotCommand(
                    name,
                    words.say(f"telegram.command.{name}", locale=locale or words.default_locale),
                )
                for name in COMMANDS
            ],
            language_code=locale,
        )
