"""Names of states, provinces and regions, by country, with the code that addresses carry.

iContact's ``state`` takes 10 characters (API 3), while other systems hold full names. One line per
region: its code, then its names, separated by ``/``. Codes are those of ISO 3166-2 where people
write them on letters; Austria's are the usual abbreviations and Italy's those of its provinces,
because their ISO codes are bare numbers. Countries whose names all fit are not listed.
"""

from __future__ import annotations

from collections.abc import Mapping

REGIONS: Mapping[str, str] = {
    "US": """
        AL Alabama
        AK Alaska
        AZ Arizona
        AR Arkansas
        CA California
        CO Colorado
        CT Connecticut
        DE Delaware
        FL Florida
        GA Georgia
        HI Hawaii
        ID Idaho
        IL Illinois
        IN Indiana
        IA Iowa
        KS Kansas
        KY Kentucky
        LA Louisiana
        ME Maine
        MD Maryland
        MA Massachusetts
        MI Michigan
        MN Minnesota
        MS Mississippi
        MO Missouri
        MT Montana
        NE Nebraska
        NV Nevada
        NH New Hampshire
        NJ New Jersey
        NM New Mexico
        NY New York / New York State
        NC North Carolina
        ND North Dakota
        OH Ohio
        OK Oklahoma
        OR Oregon
        PA Pennsylvania
        RI Rhode Island
        SC South Carolina
        SD South Dakota
        TN Tennessee
        TX Texas
        UT Utah
        VT Vermont
        VA Virginia
        WA Washington / Washington State
        WV West Virginia
        WI Wisconsin
        WY Wyoming
        DC District of Columbia / Washington DC
        AS American Samoa
        GU Guam
        MP Northern Mariana Islands
        PR Puerto Rico
        VI Virgin Islands / US Virgin Islands / United States Virgin Islands
        UM United States Minor Outlying Islands
        FM Micronesia / Federated States of Micronesia
        MH Marshall Islands
        PW Palau
        AA Armed Forces Americas / Armed Forces the Americas
        AE Armed Forces Europe / Armed Forces Africa / Armed Forces Canada
        AE Armed Forces Middle East
        AP Armed Forces Pacific
    """,
    "CA": """
        AB Alberta
        BC British Columbia / Colombie-Britannique
        MB Manitoba
        NB New Brunswick / Nouveau-Brunswick
        NL Newfoundland and Labrador / Newfoundland / Terre-Neuve-et-Labrador / Terre-Neuve
        NS Nova Scotia / Nouvelle-Écosse
        NT Northwest Territories / Territoires du Nord-Ouest
        NU Nunavut
        ON Ontario
        PE Prince Edward Island / Île-du-Prince-Édouard
        QC Québec
        SK Saskatchewan
        YT Yukon / Yukon Territory / Territoire du Yukon
    """,
    "AU": """
        ACT Australian Capital Territory
        NSW New South Wales
        NT Northern Territory
        QLD Queensland
        SA South Australia
        TAS Tasmania
        VIC Victoria
        WA Western Australia
    """,
    "NZ": """
        AUK Auckland
        BOP Bay of Plenty
        CAN Canterbury
        CIT Chatham Islands / Chatham Islands Territory
        GIS Gisborne
        HKB Hawke's Bay
        MBH Marlborough
        MWT Manawatu-Wanganui / Manawatū-Whanganui
        NSN Nelson
        NTL Northland
        OTA Otago
        STL Southland
        TAS Tasman
        TKI Taranaki
        WGN Wellington
        WKO Waikato
        WTC West Coast
    """,
    "ZA": """
        EC Eastern Cape / Oos-Kaap
        FS Free State / Orange Free State / Vrystaat
        GP Gauteng
        KZN KwaZulu-Natal
        LP Limpopo
        MP Mpumalanga
        NC Northern Cape / Noord-Kaap
        NW North West / North West Province / Noordwes
        WC Western Cape / Wes-Kaap
    """,
    "GB": """
        ENG England
        NIR Northern Ireland
        SCT Scotland
        WLS Wales
    """,
    "IE": """
        CE Clare / County Clare
        CN Cavan / County Cavan
        CO Cork / County Cork
        CW Carlow / County Carlow
        D Dublin / County Dublin
        DL Donegal / County Donegal
        G Galway / County Galway
        KE Kildare / County Kildare
        KK Kilkenny / County Kilkenny / Co Kilkenny
        KY Kerry / County Kerry
        LD Longford / County Longford / Co Longford
        LH Louth / County Louth
        LK Limerick / County Limerick / Co Limerick
        LM Leitrim / County Leitrim
        LS Laois / County Laois
        MH Meath / County Meath
        MN Monaghan / County Monaghan / Co Monaghan
        MO Mayo / County Mayo
        OY Offaly / County Offaly
        RN Roscommon / County Roscommon / Co Roscommon
        SO Sligo / County Sligo
        TA Tipperary / County Tipperary / Co Tipperary
        WD Waterford / County Waterford / Co Waterford
        WH Westmeath / County Westmeath / Co Westmeath
        WW Wicklow / County Wicklow
        WX Wexford / County Wexford
    """,
    "MX": """
        AGU Aguascalientes
        BCN Baja California / Baja California Norte
        BCS Baja California Sur
        CAM Campeche
        CHH Chihuahua
        CHP Chiapas
        CMX Ciudad de México / Mexico City / Distrito Federal / Federal District
        COA Coahuila / Coahuila de Zaragoza
        COL Colima
        DUR Durango
        GRO Guerrero
        GUA Guanajuato
        HID Hidalgo
        JAL Jalisco
        MEX México / Estado de México / State of Mexico
        MIC Michoacán / Michoacán de Ocampo
        MOR Morelos
        NAY Nayarit
        NLE Nuevo León
        OAX Oaxaca
        PUE Puebla
        QUE Querétaro / Querétaro de Arteaga
        ROO Quintana Roo
        SIN Sinaloa
        SLP San Luis Potosí
        SON Sonora
        TAB Tabasco
        TAM Tamaulipas
        TLA Tlaxcala
        VER Veracruz / Veracruz de Ignacio de la Llave / Veracruz-Llave
        YUC Yucatán
        ZAC Zacatecas
    """,
    "BR": """
        AC Acre
        AL Alagoas
        AM Amazonas
        AP Amapá
        BA Bahia
        CE Ceará
        DF Distrito Federal / Federal District
        ES Espírito Santo
        GO Goiás
        MA Maranhão
        MG Minas Gerais
        MS Mato Grosso do Sul
        MT Mato Grosso
        PA Pará
        PB Paraíba
        PE Pernambuco
        PI Piauí
        PR Paraná
        RJ Rio de Janeiro
        RN Rio Grande do Norte
        RO Rondônia
        RR Roraima
        RS Rio Grande do Sul
        SC Santa Catarina
        SE Sergipe
        SP São Paulo
        TO Tocantins
    """,
    "IN": """
        AN Andaman and Nicobar Islands / Andaman and Nicobar
        AP Andhra Pradesh
        AR Arunachal Pradesh
        AS Assam
        BR Bihar
        CG Chhattisgarh
        CH Chandigarh
        DH Dadra and Nagar Haveli and Daman and Diu / Dadra and Nagar Haveli / Daman and Diu
        DL Delhi / New Delhi / NCT of Delhi / National Capital Territory of Delhi
        GA Goa
        GJ Gujarat
        HP Himachal Pradesh
        HR Haryana
        JH Jharkhand
        JK Jammu and Kashmir
        KA Karnataka
        KL Kerala
        LA Ladakh
        LD Lakshadweep
        MH Maharashtra
        ML Meghalaya
        MN Manipur
        MP Madhya Pradesh
        MZ Mizoram
        NL Nagaland
        OD Odisha / Orissa
        PB Punjab
        PY Puducherry / Pondicherry
        RJ Rajasthan
        SK Sikkim
        TN Tamil Nadu
        TR Tripura
        TS Telangana
        UK Uttarakhand / Uttaranchal
        UP Uttar Pradesh
        WB West Bengal
    """,
    "DE": """
        BB Brandenburg
        BE Berlin
        BW Baden-Württemberg / Baden-Wuerttemberg
        BY Bayern / Bavaria / Freistaat Bayern
        HB Bremen
        HE Hessen / Hesse
        HH Hamburg
        MV Mecklenburg-Vorpommern / Mecklenburg-Western Pomerania
        NI Niedersachsen / Lower Saxony
        NW Nordrhein-Westfalen / North Rhine-Westphalia
        RP Rheinland-Pfalz / Rhineland-Palatinate
        SH Schleswig-Holstein
        SL Saarland
        SN Sachsen / Saxony / Freistaat Sachsen
        ST Sachsen-Anhalt / Saxony-Anhalt
        TH Thüringen / Thueringen / Thuringia / Freistaat Thüringen
    """,
    "AT": """
        Bgld Burgenland
        Ktn Kärnten / Carinthia
        NÖ Niederösterreich / Niederoesterreich / Lower Austria
        OÖ Oberösterreich / Oberoesterreich / Upper Austria
        Sbg Salzburg
        Stmk Steiermark / Styria
        T Tirol / Tyrol
        Vbg Vorarlberg
        W Wien / Vienna
    """,
    "CH": """
        AG Aargau / Argovia
        AI Appenzell Innerrhoden / Appenzell Inner-Rhodes
        AR Appenzell Ausserrhoden / Appenzell Outer-Rhodes
        BE Bern / Berne
        BL Basel-Landschaft / Basel-Land / Basel-Country
        BS Basel-Stadt / Basel-City
        FR Fribourg / Freiburg
        GE Genève / Genf / Geneva
        GL Glarus
        GR Graubünden / Graubuenden / Grisons
        JU Jura
        LU Luzern / Lucerne
        NE Neuchâtel / Neuenburg
        NW Nidwalden
        OW Obwalden
        SG Sankt Gallen / St. Gallen / Saint Gallen
        SH Schaffhausen
        SO Solothurn
        SZ Schwyz
        TG Thurgau
        TI Ticino / Tessin
        UR Uri
        VD Vaud / Waadt
        VS Valais / Wallis
        ZG Zug
        ZH Zürich / Zuerich
    """,
    "FR": """
        ARA Auvergne-Rhône-Alpes
        BFC Bourgogne-Franche-Comté
        BRE Bretagne / Brittany
        CVL Centre-Val de Loire
        GES Grand Est
        HDF Hauts-de-France
        IDF Île-de-France
        NAQ Nouvelle-Aquitaine
        NOR Normandie / Normandy
        OCC Occitanie
        PAC Provence-Alpes-Côte d'Azur
        PDL Pays de la Loire
    """,
    "ES": """
        AN Andalucía / Andalusia
        AR Aragón
        AS Asturias / Principado de Asturias
        CB Cantabria
        CL Castilla y León / Castile and León
        CM Castilla-La Mancha / Castile-La Mancha
        CN Canarias / Islas Canarias / Canary Islands
        CR Ciudad Real
        CT Cataluña / Catalunya / Catalonia
        EX Extremadura
        GA Galicia
        GU Guadalajara
        IB Illes Balears / Islas Baleares / Balearic Islands
        MC Murcia / Región de Murcia
        MD Madrid / Comunidad de Madrid
        NC Navarra / Comunidad Foral de Navarra
        PV País Vasco / Euskadi / Basque Country
        RI La Rioja
        TF Santa Cruz de Tenerife
        VC Comunidad Valenciana / Comunitat Valenciana / Valencian Community
    """,
    "IT": """
        AL Alessandria
        AO Valle d'Aosta / Aosta / Aosta Valley
        AP Ascoli Piceno
        BT Barletta-Andria-Trani
        CL Caltanissetta
        FC Forlì-Cesena
        MB Monza e Brianza / Monza e della Brianza / Monza and Brianza
        MS Massa-Carrara / Massa e Carrara
        PU Pesaro e Urbino / Pesaro and Urbino
        RC Reggio Calabria / Reggio di Calabria
        RE Reggio Emilia / Reggio nell'Emilia
        SU Sud Sardegna / South Sardinia
        VB Verbano-Cusio-Ossola
        VV Vibo Valentia
    """,
    "NL": """
        DR Drenthe
        FL Flevoland
        FR Friesland / Fryslân
        GE Gelderland
        GR Groningen
        LI Limburg
        NB Noord-Brabant / North Brabant
        NH Noord-Holland / North Holland
        OV Overijssel
        UT Utrecht
        ZE Zeeland
        ZH Zuid-Holland / South Holland
    """,
}

#: Further names of the countries above, beside their codes.
COUNTRY_NAMES: Mapping[str, str] = {
    "US": "USA / United States / United States of America / Vereinigte Staaten / États-Unis",
    "CA": "CAN / Canada / Kanada",
    "AU": "AUS / Australia / Australien / Australie",
    "NZ": "NZL / New Zealand / Neuseeland / Aotearoa",
    "ZA": "ZAF / RSA / South Africa / Republic of South Africa / Suid-Afrika / Südafrika",
    "GB": "GBR / UK / United Kingdom / Great Britain / Britain / Großbritannien / Royaume-Uni",
    "IE": "IRL / Ireland / Republic of Ireland / Éire / Irland",
    "MX": "MEX / Mexico / México / Mexiko",
    "BR": "BRA / Brazil / Brasil / Brasilien",
    "IN": "IND / India / Bharat / Indien",
    "DE": "DEU / Germany / Deutschland / Allemagne / Alemania",
    "AT": "AUT / Austria / Österreich / Oesterreich / Autriche",
    "CH": "CHE / Switzerland / Schweiz / Suisse / Svizzera",
    "FR": "FRA / France / Frankreich / Francia",
    "ES": "ESP / Spain / España / Spanien",
    "IT": "ITA / Italy / Italia / Italien",
    "NL": "NLD / Netherlands / The Netherlands / Nederland / Holland / Niederlande",
}
