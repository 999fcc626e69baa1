/**
 * Small models for the procedural street, with the recipe that made them: {@code StreetModels}
 * copies the models out, {@code TrainStreetModels} makes them anew.
 */
@NullMarked
package io.seamark.street;

import org.jspecify.annotations.NullMarked;
