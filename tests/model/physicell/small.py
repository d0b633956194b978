"""A small project in PhysiCell's layout, written for these tests."""

from __future__ import annotations

from pathlib import Path

SETTINGS = """\
<PhysiCell_settings version="devel-version">
  <domain>
    <x_min>-100</x_min><x_max>100</x_max><y_min>-60</y_min><y_max>60</y_max><z_min>-10</z_min><z_max>10</z_max>
    <dx>20</dx><dy>20</dy><dz>20</dz><use_2D>true</use_2D>
  </domain>
  <overall>
    <max_time units="min">600</max_time><time_units>min</time_units><space_units>micron</space_units>
    <dt_diffusion units="min">0.02</dt_diffusion>
  </overall>
  <microenvironment_setup>
    <variable name="oxygen" units="mmHg" ID="0">
      <physical_parameter_set>
        <diffusion_coefficient units="micron^2/min">100000.0</diffusion_coefficient>
        <decay_rate units="1/min">.1</decay_rate>
      </physical_parameter_set>
      <initial_condition units="mmHg">38</initial_condition>
      <Dirichlet_boundary_condition units="mmHg" enabled="True">38</Dirichlet_boundary_condition>
    </variable>
    <variable name="debris" units="dimensionless" ID="1">
      <physical_parameter_set>
        <diffusion_coefficient units="micron^2/min">1</diffusion_coefficient>
        <decay_rate units="1/min">0</decay_rate>
      </physical_parameter_set>
      <initial_condition>0</initial_condition>
      <Dirichlet_boundary_condition enabled="False">0</Dirichlet_boundary_condition>
      <Dirichlet_options>{debris_faces}</Dirichlet_options>
    </variable>
  </microenvironment_setup>
  <cell_definitions>
    <cell_definition name="tumour" ID="3">
      <phenotype>
        <cycle code="6" name="Flow cytometry model (separated)">
          <phase_durations units="min">
            <duration index="0" fixed_duration="false">300.0</duration>
            <duration index="1" fixed_duration="true">480</duration>
            <duration index="2" fixed_duration="true">240</duration>
            <duration index="3" fixed_duration="true">60</duration>
          </phase_durations>
        </cycle>
        <death>
          <model code="100" name="apoptosis">
            <death_rate units="1/min">5.31667e-05</death_rate>
            <phase_durations units="min">
              <duration index="0" fixed_duration="true">516</duration>
            </phase_durations>
          </model>
          <model code="101" name="necrosis">
            <death_rate units="1/min">0.0</death_rate>
            <phase_durations units="min">
              <duration index="0" fixed_duration="true">0</duration>
              <duration index="1" fixed_duration="true">86400</duration>
            </phase_durations>
          </model>
        </death>
        <volume><total units="micron^3">2000</total><nuclear units="micron^3">500</nuclear></volume>
        <mechanics>
          <cell_cell_adhesion_strength units="micron/min">0.5</cell_cell_adhesion_strength>
          <cell_adhesion_affinities>
            <cell_adhesion_affinity name="killer">0.25</cell_adhesion_affinity>
          </cell_adhesion_affinities>
        </mechanics>
        <motility>
          <speed units="micron/min">1.5</speed>
          <options><enabled>false</enabled></options>
        </motility>
        <secretion>
          <substrate name="oxygen"><uptake_rate units="1/min">10</uptake_rate></substrate>
        </secretion>
        {more}
      </phenotype>
      <custom_data><onco conserved="true" units="dimensionless" description="">1.0</onco></custom_data>
    </cell_definition>
    <cell_definition name="killer" ID="7" parent_type="tumour">
      <phenotype>
        <motility>
          <speed units="micron/min">2</speed>
          <options>
            <enabled>true</enabled>
            <chemotaxis><enabled>true</enabled><substrate>debris</substrate><direction>-1</direction></chemotaxis>
          </options>
        </motility>
        <cell_interactions>
          <dead_phagocytosis_rate units="1/min">0.125</dead_phagocytosis_rate>
          <attack_rates><attack_rate name="tumour" units="1/min">0.5</attack_rate></attack_rates>
          <damage_rate units="1/min">3</damage_rate>
        </cell_interactions>
      </phenotype>
    </cell_definition>
  </cell_definitions>
  <initial_conditions>
    <cell_positions type="csv" enabled="true">
      <folder>./config</folder><filename>cells.csv</filename>
    </cell_positions>
  </initial_conditions>
  <cell_rules>
    <rulesets>
      <ruleset protocol="CBHG" version="3.0" format="csv" enabled="true">
        <folder>./config</folder><filename>cell_rules.csv</filename>
      </ruleset>
    </rulesets>
  </cell_rules>
  {end}
</PhysiCell_settings>
"""
RULES = """\
// tumour
tumour,oxygen,increases,cycle entry,0.003333,21.5,4,0

killer,volume,decreases,attack tumour,0.0,6000,4,0
"""
CELLS = """\
x,y,z,type,volume,apoptosis,custom:onco
-99.5,0,0,tumour,skip,0.5,2
10,20.25,0,killer,1500
20,-20,0,tumour
"""


def project(
    folder: Path,
    *,
    rules: str = RULES,
    cells: str = CELLS,
    debris_faces: str = "",
    more: str = "",
    end: str = "",
) -> Path:
    """Write the project and return the path of its settings."""
    config = folder / "small_project" / "config"
    config.mkdir(parents=True)
    settings = config / "PhysiCell_settings.xml"
    settings.write_text(SETTINGS.format(debris_faces=debris_faces, more=more, end=end))
    (config / "cell_rules.csv").write_text(rules)
    (config / "cells.csv").write_text(cells)
    return settings
