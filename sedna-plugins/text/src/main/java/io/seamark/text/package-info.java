/**
 * Text from outside, on its way in and out. {@link io.seamark.text.TextFile} reads what people
 * write; {@link io.seamark.text.PlainText} is how a name is shown on a terminal, in a log and in a
 * page, and {@link io.seamark.text.Csv} in a table.
 */
@NullMarked
package io.seamark.text;

import org.jspecify.annotations.NullMarked;
