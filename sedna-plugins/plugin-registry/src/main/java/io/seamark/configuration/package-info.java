/**
 * Where configuration comes from. Everything is a MicroProfile Config key; what holds where a key
 * stands in several places is the first of:
 *
 * <table>
 * <caption>Sources</caption>
 * <tr><th>ordinal</th><th>source</th></tr>
 * <tr><td>500</td><td>the command line: options and {@code --set}</td></tr>
 * <tr><td>400</td><td>system properties</td></tr>
 * <tr><td>300</td><td>environment variables, by MicroProfile's own mapping</td></tr>
 * <tr><td>250</td><td>Sedna's worker environment: {@code HEM_NAME} and others, see {@link
 *     io.seamark.configuration.SednaEnvironment}</td></tr>
 * <tr><td>200</td><td>the file of {@code --config}</td></tr>
 * <tr><td>150</td><td>Ianvs's {@code algorithm.yaml}, named by {@code --algorithm} or {@code
 *     seamark.ianvs.algorithm}</td></tr>
 * <tr><td>50</td><td>defaults of the verb</td></tr>
 * </table>
 *
 * <p>The closer a source is to the one start, the earlier it holds. Sedna sets its variables for
 * one worker, so they go before files, which describe many; a variable by Seamark's own name was
 * set on purpose and goes before Sedna's. An algorithm file was written for another program and
 * comes after a file of Seamark's own.
 *
 * <p>{@link io.seamark.configuration.SettingKeys} knows every key; a wrong one stops the start.
 */
@NullMarked
package io.seamark.configuration;

import org.jspecify.annotations.NullMarked;
